/**
 * Makes pictures of all panels in VS Code's four kinds of theme, from the runs of a workspace (by default `demo/`, which
 * `npm run demo` makes), with the very code that the extension runs: `npm run pictures [workspace] [folder for the pictures]`.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CompareRunsPanel } from '../extension/panels/compareRuns/compareRunsPanel.ts';
import { ConfusionMatrixPanel } from '../extension/panels/confusionMatrix/confusionMatrixPanel.ts';
import { DashboardPanel } from '../extension/panels/dashboard/dashboardPanel.ts';
import { DatasetGalleryPanel } from '../extension/panels/datasetGallery/datasetGalleryPanel.ts';
import { HardestImagesPanel } from '../extension/panels/hardestImages/hardestImagesPanel.ts';
import { datasetSource } from '../extension/panels/datasetFile.ts';
import { startPredictor } from '../extension/prediction/predictorProcess.ts';
import {
  closeBrowser,
  openPanel,
  themeKinds,
  type OpenPanel,
  type ThemeKind,
} from '../test/browser/harness/panelPage.ts';
import { RecordedWorkspace } from '../test/browser/harness/recordedWorkspace.ts';
import { laddersOf } from '../trainer/protocol/ladder.ts';
import { workspacePaths } from '../trainer/protocol/runFolder.ts';

const root = path.resolve(import.meta.dirname, '..');
const workspaceFolder = path.resolve(process.argv[2] ?? path.join(root, 'demo'));
const pictures = path.resolve(process.argv[3] ?? path.join(root, 'docs', 'pictures'));
const only = process.env['UPSIZE_PICTURES_ONLY'];
const themes = (process.env['UPSIZE_PICTURES_THEMES']?.split(',') ?? themeKinds) as ThemeKind[];
const nothing = () => Promise.resolve();
const log = (message: string) => console.error(message);
const saving = { save: () => Promise.resolve(true), copy: nothing };

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
const workspace = new RecordedWorkspace(workspaceFolder, (method, params, options) =>
  predictor.ask(method, params, options),
);
const ladder = laddersOf(workspace.runs()).find(({ runs }) => runs.every((run) => run.state === 'completed'));
const last = ladder?.runs.at(-1);
if (!ladder || !last) throw new Error(`There is no completed ladder in ${workspaceFolder}. "npm run demo" makes one.`);
const thumbnails = path.join(workspacePaths(workspaceFolder).cache, 'thumbnails');
const source = datasetSource(last.manifest);
const { stage, seed, dataset } = last.manifest.config;
const augmentation = { augmentation: stage.training.augmentation, size: stage.size, fit: dataset.fit, seed };

interface Picture {
  panel: string;
  name?: string;
  height: number;
  host: (post: (message: unknown) => void) => {
    channel: { receive(message: unknown): Promise<void> };
    dispose(): void;
  };
  prepare?: (panel: OpenPanel) => Promise<void>;
}

const matrixHost: Picture['host'] = (post) =>
  new ConfusionMatrixPanel({
    workspace,
    runId: last.id,
    actions: { openImages: nothing, openImage: nothing, openNext: nothing },
    saving,
    post,
    log,
  });

const shots: Picture[] = [
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

mkdirSync(pictures, { recursive: true });
try {
  for (const { panel, name = panel, height, host, prepare } of shots) {
    if (only !== undefined && only !== name) continue;
    for (const theme of themes) {
      let ended: { dispose(): void } | null = null;
      const open = await openPanel({
        panel,
        theme,
        width: 1200,
        height,
        files: (file) => (existsSync(path.join(thumbnails, file)) ? readFileSync(path.join(thumbnails, file)) : null),
        connect: (post) => {
          const made = host(post);
          ended = made;
          return (message) => made.channel.receive(message);
        },
      });
      await open.page.waitForSelector('main:not([aria-busy])');
      await open.page.waitForTimeout(400);
      await prepare?.(open);
      const file = path.join(pictures, `${name}-${theme}.png`);
      await open.page.screenshot({ path: file });
      console.log(path.relative(root, file), open.complaints.length === 0 ? '' : open.complaints);
      (ended as { dispose(): void } | null)?.dispose();
      await open.close();
    }
  }
} finally {
  predictor.dispose();
  await closeBrowser();
}
