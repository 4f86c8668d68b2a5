import path from 'node:path';
import sharp from 'sharp';
import { datasetSource } from '../../extension/panels/datasetFile.ts';
import { startPredictor } from '../../extension/prediction/predictorProcess.ts';
import {
  openComparison,
  openDashboard,
  openGallery,
  openHardest,
  openMatrix,
  type PanelPage,
} from '../../test/browser/harness/openPanels.ts';
import { closeBrowser, themeKinds, type OpenPanel } from '../../test/browser/harness/panelPage.ts';
import { RecordedWorkspace } from '../../test/browser/harness/recordedWorkspace.ts';
import type { PictureOptions } from './pictureOptions.ts';

const root = path.resolve(import.meta.dirname, '../..');
const log = (message: string) => console.error(message);

/**
 * The panels' own pages in VS Code's four kinds of theme, from the runs of a ladder, with the very code that the extension runs:
 * `panels/<name>-<theme>`, and the four on one sheet, `panels-<name>`.
 */
export async function takePanelPictures(options: PictureOptions): Promise<void> {
  const { workspaceFolder, only, save } = options;
  const predictor = await startPredictor({
    node: { file: process.execPath, environment: {} },
    entry: path.join(root, 'trainer', 'main.ts'),
    environment: Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    memoryLimitMegabytes: 1024,
    workspace: workspaceFolder,
    log,
  });
  const workspace = new RecordedWorkspace(workspaceFolder, (method, params, asked) =>
    predictor.ask(method, params, asked),
  );
  try {
    for (const { name, height, open, prepare } of panelShots(options, workspace)) {
      if (only?.includes(`panels/${name}`) === false) continue;
      const size = { width: 1200, height };
      const panel = await open(size);
      await panel.page.waitForTimeout(400);
      await prepare?.(panel);
      const pictures: Buffer[] = [];
      for (const theme of themeKinds) {
        await panel.setTheme(theme);
        await panel.page.waitForTimeout(400);
        const picture = await panel.page.screenshot();
        pictures.push(picture);
        await save(`panels/${name}-${theme}`, picture);
      }
      await save(`panels-${name}`, await sheetOf(pictures, size));
      for (const complaint of panel.complaints) log(`${name}: ${complaint}`);
      await panel.close();
    }
  } finally {
    predictor.dispose();
    await closeBrowser();
  }
}

/** Four pictures of one size as one of that size, each half as wide and half as high. */
async function sheetOf(pictures: readonly Buffer[], size: { width: number; height: number }): Promise<Buffer> {
  const width = size.width / 2;
  const height = size.height / 2;
  const parts = await Promise.all(pictures.map((picture) => sharp(picture).resize(width, height).toBuffer()));
  const places = parts.map((input, at) => ({ input, left: (at % 2) * width, top: Math.floor(at / 2) * height }));
  return sharp({ create: { ...size, channels: 3, background: 'black' } })
    .composite(places)
    .png()
    .toBuffer();
}

interface PanelShot {
  name: string;
  height: number;
  open: (page: PanelPage) => Promise<OpenPanel>;
  prepare?: (panel: OpenPanel) => Promise<void>;
}

function panelShots({ workspaceFolder, ladder, last }: PictureOptions, workspace: RecordedWorkspace): PanelShot[] {
  const { stage, seed, dataset } = last.manifest.config;
  const place = {
    source: datasetSource(last.manifest),
    labelsFile: path.join(workspaceFolder, 'upsize.labels.csv'),
    augmentation: { augmentation: stage.training.augmentation, size: stage.size, fit: dataset.fit, seed },
  };
  const openLastMatrix = (page: PanelPage) => openMatrix(workspace, last.id, { page, log });
  return [
    {
      name: 'dashboard',
      height: 860,
      open: (page) => openDashboard(workspace, ladder.id, { page, log }),
      prepare: async ({ page }) => {
        await page.getByRole('radio', { name: 'step by step' }).click();
        await page.getByRole('radio', { name: 'smoothed', exact: true }).click();
        await page.waitForTimeout(800);
      },
    },
    { name: 'confusionMatrix', height: 1000, open: openLastMatrix },
    {
      name: 'stageDelta',
      height: 1000,
      open: openLastMatrix,
      prepare: async ({ page }) => {
        await page.getByRole('radio', { name: /^Δ/ }).click();
        await page.getByRole('button', { name: /^fixed/ }).click();
      },
    },
    {
      name: 'datasetGallery',
      height: 900,
      open: (page) => openGallery(workspace, { page, log, place: () => place }),
      prepare: async ({ page }) => {
        await page.getByRole('listbox', { name: 'Images' }).press('ArrowRight');
        await page.getByRole('listbox', { name: 'Images' }).press('Enter');
        await page.getByText('Asking each stage').waitFor({ state: 'detached', timeout: 60_000 });
        await page.waitForTimeout(400);
      },
    },
    {
      name: 'compareRuns',
      height: 1100,
      open: (page) => {
        const runIds = ladder.runs.map(({ id }) => id);
        return openComparison(workspace, runIds, { page, log });
      },
    },
    {
      name: 'hardestImages',
      height: 760,
      open: (page) => openHardest(workspace, last.id, { page, log }),
      prepare: async ({ page }) => {
        await page.waitForFunction(
          () =>
            [...document.querySelectorAll('.hard li')].every(
              (card) => card.getBoundingClientRect().top > innerHeight || card.querySelector('img'),
            ),
          null,
          { timeout: 90_000 },
        );
      },
    },
  ];
}
