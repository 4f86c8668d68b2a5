import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CompareRunsPanel } from '../../extension/panels/compareRuns/compareRunsPanel.ts';
import { ConfusionMatrixPanel } from '../../extension/panels/confusionMatrix/confusionMatrixPanel.ts';
import { DashboardPanel } from '../../extension/panels/dashboard/dashboardPanel.ts';
import { DatasetGalleryPanel } from '../../extension/panels/datasetGallery/datasetGalleryPanel.ts';
import { HardestImagesPanel } from '../../extension/panels/hardestImages/hardestImagesPanel.ts';
import { datasetSource } from '../../extension/panels/datasetFile.ts';
import { startPredictor } from '../../extension/prediction/predictorProcess.ts';
import { closeBrowser, openPanel, themeKinds, type OpenPanel } from '../../test/browser/harness/panelPage.ts';
import { RecordedWorkspace } from '../../test/browser/harness/recordedWorkspace.ts';
import type { Ladder } from '../../trainer/protocol/ladder.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { workspacePaths } from '../../trainer/protocol/runFolder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const nothing = () => Promise.resolve();
const log = (message: string) => console.error(message);
const saving = { save: () => Promise.resolve(true), copy: nothing };

/** The panels' own pages in VS Code's four kinds of theme, from the runs of a ladder, with the very code that the extension runs. */
export async function takePanelPictures(options: {
  workspaceFolder: string;
  ladder: Ladder;
  last: Run;
  only: readonly string[] | undefined;
  save: (name: string, png: Buffer) => Promise<void>;
}): Promise<void> {
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
  const thumbnails = path.join(workspacePaths(workspaceFolder).cache, 'thumbnails');
  try {
    for (const { panel, name = panel, height, host, prepare } of panelShots({ ...options, workspace })) {
      if (only?.includes(name) === false) continue;
      for (const theme of themeKinds) {
        let made: ReturnType<PanelShot['host']> | undefined;
        const open = await openPanel({
          panel,
          theme,
          width: 1200,
          height,
          files: (file) => (existsSync(path.join(thumbnails, file)) ? readFileSync(path.join(thumbnails, file)) : null),
          connect: (post) => {
            const { channel } = (made = host(post));
            return (message) => channel.receive(message);
          },
        });
        await open.page.waitForSelector('main:not([aria-busy])');
        await open.page.waitForTimeout(400);
        await prepare?.(open);
        await save(`${name}-${theme}`, await open.page.screenshot());
        for (const complaint of open.complaints) log(`${name}: ${complaint}`);
        made?.dispose();
        await open.close();
      }
    }
  } finally {
    predictor.dispose();
    await closeBrowser();
  }
}

interface PanelShot {
  panel: string;
  name?: string;
  height: number;
  host: (post: (message: unknown) => void) => {
    channel: { receive(message: unknown): Promise<void> };
    dispose(): void;
  };
  prepare?: (panel: OpenPanel) => Promise<void>;
}

function panelShots(options: {
  workspaceFolder: string;
  workspace: RecordedWorkspace;
  ladder: Ladder;
  last: Run;
}): PanelShot[] {
  const { workspaceFolder, workspace, ladder, last } = options;
  const source = datasetSource(last.manifest);
  const { stage, seed, dataset } = last.manifest.config;
  const augmentation = { augmentation: stage.training.augmentation, size: stage.size, fit: dataset.fit, seed };
  const matrixHost: PanelShot['host'] = (post) =>
    new ConfusionMatrixPanel({
      workspace,
      runId: last.id,
      actions: { openImages: nothing, openImage: nothing, openNext: nothing },
      saving,
      post,
      log,
    });

  return [
    {
      panel: 'dashboard',
      height: 860,
      host: (post) =>
        new DashboardPanel({
          workspace,
          ladderId: ladder.id,
          trusted: () => true,
          actions: { stop: nothing, openConfusionMatrix: nothing, openHardestImages: nothing, trainNextStage: nothing },
          saving,
          post,
          log,
        }),
      prepare: async ({ page }) => {
        await page.getByRole('radio', { name: 'step by step' }).click();
        await page.getByRole('radio', { name: 'smoothed', exact: true }).click();
        await page.waitForTimeout(800);
      },
    },
    { panel: 'confusionMatrix', height: 1000, host: matrixHost },
    {
      panel: 'confusionMatrix',
      name: 'stageDelta',
      height: 1000,
      host: matrixHost,
      prepare: async ({ page }) => {
        await page.getByRole('radio', { name: /^Δ/ }).click();
        await page.getByRole('button', { name: /^fixed/ }).click();
      },
    },
    {
      panel: 'datasetGallery',
      height: 900,
      host: (post) =>
        new DatasetGalleryPanel({
          workspace,
          trusted: () => true,
          place: () => ({
            source,
            labelsFile: path.join(workspaceFolder, 'upsize.labels.csv'),
            augmentation,
          }),
          actions: { scan: nothing, createConfig: nothing, openFile: nothing },
          saving,
          addressOf: (file) => `https://panel.test/${path.basename(file)}`,
          choice: null,
          onChoice: () => undefined,
          post,
          log,
        }),
      prepare: async ({ page }) => {
        await page.getByRole('listbox', { name: 'Images' }).press('ArrowRight');
        await page.getByRole('listbox', { name: 'Images' }).press('Enter');
        await page.getByText('Asking each stage').waitFor({ state: 'detached', timeout: 60_000 });
        await page.waitForTimeout(400);
      },
    },
    {
      panel: 'compareRuns',
      height: 1100,
      host: (post) =>
        new CompareRunsPanel({
          workspace,
          runIds: ladder.runs.map(({ id }) => id),
          actions: { openConfusionMatrix: nothing, openImages: nothing },
          saving,
          post,
          log,
        }),
    },
    {
      panel: 'hardestImages',
      height: 760,
      host: (post) =>
        new HardestImagesPanel({
          workspace,
          runId: last.id,
          actions: { openFile: nothing, openImages: nothing, openNext: nothing },
          saving,
          post,
          log,
        }),
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
