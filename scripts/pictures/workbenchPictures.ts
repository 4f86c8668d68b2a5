import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { startBrowserVscode, type VscodeWindow } from '../../test/integration/harness/browserVscode.ts';
import { upsizeIn } from '../../test/integration/harness/upsizeWindow.ts';
import type { PictureOptions } from './pictureOptions.ts';

const themes = { dark: 'Default Dark Modern', light: 'Default Light Modern' } as const;
const size = { width: 1280, height: 800 };
const sidePanelWidth = 352;

interface Shot {
  name: string;
  /** Brings the view to the front; gives the part of the window that is worth a picture, where that is not the whole. */
  show(): Promise<{ x: number; y: number; width: number; height: number } | undefined>;
}

/** Scans the data set, and takes each view in real VS Code, in a dark and a light theme. */
export async function takeWorkbenchPictures(options: PictureOptions): Promise<void> {
  const { workspaceFolder: folder } = options;
  const vscode = await startBrowserVscode({
    settings: {
      'workbench.colorTheme': themes.dark,
      'window.menuBarVisibility': 'hidden',
      'window.commandCenter': false,
      'workbench.layoutControl.enabled': false,
      'editor.minimap.enabled': false,
      'editor.hover.delay': 100,
      'workbench.tips.enabled': false,
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
    },
  });
  try {
    const window = await vscode.open({ folder, size });
    window.page.setDefaultTimeout(120_000);
    await upsizeIn(window, 'scanDataset');
    for (const shot of await shotsOf(window, options)) {
      if (options.only?.includes(shot.name) === false) continue;
      for (const [theme, id] of Object.entries(themes)) {
        await window.evaluate(
          async (api, name) =>
            await api.workspace
              .getConfiguration('workbench')
              .update('colorTheme', name, api.ConfigurationTarget.Global),
          id,
        );
        const clip = await shot.show();
        await options.save(`${shot.name}-${theme}`, await window.page.screenshot(clip === undefined ? {} : { clip }));
      }
    }
  } finally {
    await vscode.stop();
  }
}

async function shotsOf(
  window: VscodeWindow,
  { workspaceFolder: folder, ladder, last }: PictureOptions,
): Promise<Shot[]> {
  const { page } = window;
  const [picture] = await readdir(path.join(folder, 'photos', 'pear'));
  const run = (...commands: string[]) =>
    window.evaluate(async (api, all) => {
      for (const command of all) await api.commands.executeCommand(command);
    }, commands);
  const settle = () => page.waitForTimeout(1200);
  const sidePanel = async (visible: boolean) => {
    await run(visible ? 'workbench.view.extension.upsize' : 'workbench.action.closeSidebar');
    await run('workbench.action.closePanel', 'workbench.action.closeAuxiliaryBar', 'notifications.clearAll');
    // Out of the way of hovers and focus rings.
    await page.mouse.move(size.width - 5, size.height - 40);
  };
  const editor = async (text: string | null, language: string) => {
    await run('workbench.action.closeAllEditors');
    await window.evaluate(
      async (api, { content, id, file }) => {
        const document =
          content === null
            ? await api.workspace.openTextDocument(api.Uri.file(file))
            : await api.workspace.openTextDocument({ content, language: id });
        await api.window.showTextDocument(document, { preview: false });
      },
      { content: text, id: language, file: path.join(folder, 'upsize.json') },
    );
  };
  /** A panel is in front once its page has its content, and nothing of what it waits for (`awaited`) is left. */
  const panel = (name: string, command: string, argument: object, awaited?: string): Shot => ({
    name,
    async show() {
      await run('workbench.action.closeAllEditors');
      await sidePanel(name === 'dashboard');
      await upsizeIn(window, command, argument);
      const frame = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
      await frame.locator('main:not([aria-busy]) h1').first().waitFor();
      await settle();
      if (awaited !== undefined) await frame.locator(awaited).first().waitFor({ state: 'detached' });
      return undefined;
    },
  });
  const lastRun = { runId: last.id };
  return [
    {
      name: 'side-panel',
      async show() {
        await run('workbench.action.closeAllEditors');
        await sidePanel(true);
        await run('upsize.nextStep.focus', 'upsize.dataset.focus', 'upsize.runs.focus');
        await page.getByRole('treeitem', { name: /^pear/ }).first().waitFor();
        await settle();
        return { x: 0, y: 0, width: sidePanelWidth, height: size.height };
      },
    },
    panel('dashboard', 'openDashboard', lastRun),
    panel('confusion-matrix', 'openConfusionMatrix', lastRun),
    panel('dataset-gallery', 'openDatasetGallery', {}),
    panel('compare-runs', 'compareRuns', { runIds: ladder.runs.map(({ id }) => id) }),
    panel('hardest-images', 'openHardestImages', lastRun, '.hard li:nth-child(-n+18) .waiting'),
    {
      name: 'prediction-hover',
      async show() {
        await sidePanel(false);
        const image = `photos/pear/${picture}`;
        await editor(`from PIL import Image\n\nexample = Image.open("${image}")\nexample.show()\n`, 'python');
        await page.locator('.view-line', { hasText: image }).first().waitFor();
        await page.getByText(image).first().hover();
        const hover = page.locator('.monaco-hover', { hasText: 'folder says pear' });
        await hover.locator('img').first().waitFor();
        await settle();
        return { x: 0, y: 0, width: 800, height: 560 };
      },
    },
    {
      name: 'config',
      async show() {
        await sidePanel(false);
        await editor(null, '');
        await page.locator('.codelens-decoration').first().waitFor();
        await settle();
        return undefined;
      },
    },
    {
      name: 'walkthrough',
      async show() {
        await run('workbench.action.closeAllEditors');
        await sidePanel(false);
        await window.evaluate((api) =>
          api.commands.executeCommand('workbench.action.openWalkthrough', 'upsize.upsize#firstLadder', false),
        );
        await page.locator('.gettingStartedContainer .getting-started-step').first().waitFor();
        await settle();
        return undefined;
      },
    },
  ];
}
