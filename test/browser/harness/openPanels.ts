import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CompareRunsPanel } from '../../../extension/panels/compareRuns/compareRunsPanel.ts';
import { ConfusionMatrixPanel } from '../../../extension/panels/confusionMatrix/confusionMatrixPanel.ts';
import { DashboardPanel } from '../../../extension/panels/dashboard/dashboardPanel.ts';
import { DatasetGalleryPanel } from '../../../extension/panels/datasetGallery/datasetGalleryPanel.ts';
import { imageAugmentation } from '../../../extension/panels/datasetGallery/imageAugmentation.ts';
import { HardestImagesPanel } from '../../../extension/panels/hardestImages/hardestImagesPanel.ts';
import type { Disposable, PanelWorkspace } from '../../../extension/panels/panelServices.ts';
import { configSchema } from '../../../trainer/protocol/config.ts';
import { workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import { openPanel, type OpenOptions, type OpenPanel } from './panelPage.ts';

/** A panel in a page, and its real host in this process; both end with `close`. */
export interface HostedPanel<H> extends OpenPanel {
  host: H;
}

/** How the page of a panel is opened. */
export type PanelPage = Omit<OpenOptions, 'panel' | 'connect'>;
type Host = Disposable & { channel: { receive(message: unknown): Promise<void> } };
type Post = (message: unknown) => void;
/** What the hosts of a kind are made with. */
type OptionsOf<H> = H extends abstract new (options: infer O) => unknown ? O : never;
/** What stands for the rest of the extension; what a test leaves out does nothing. */
type Given<O extends { actions: object }> = Partial<Omit<O, 'post' | 'actions'>> & {
  actions?: Partial<O['actions']>;
  page?: PanelPage;
};

const nothing = () => Promise.resolve();
const saving = { save: () => Promise.resolve(true), copy: nothing };
const quiet = { saving, log: () => undefined };

async function hosted<H extends Host>(
  panel: string,
  page: PanelPage | undefined,
  make: (post: Post) => H,
): Promise<HostedPanel<H>> {
  const hosts: H[] = [];
  const opened = await openPanel({
    ...page,
    panel,
    connect: (post) => {
      const made = make(post);
      hosts.push(made);
      return (message) => made.channel.receive(message);
    },
  });
  await opened.page.waitForSelector('main:not([aria-busy])');
  const [host] = hosts;
  if (!host) throw new Error(`${panel}: its page never asked for a host.`);
  return {
    ...opened,
    host,
    close: async () => {
      host.dispose();
      await opened.close();
    },
  };
}

/** The dashboard of a ladder. */
export function openDashboard(
  workspace: PanelWorkspace,
  ladderId: string,
  { page, actions, ...more }: Given<OptionsOf<typeof DashboardPanel>> = {},
): Promise<HostedPanel<DashboardPanel>> {
  const all = {
    stop: nothing,
    openConfusionMatrix: nothing,
    openHardestImages: nothing,
    trainNextStage: nothing,
    restoreRun: nothing,
  };
  return hosted('dashboard', page, (post) => {
    const given = { trusted: () => true, actions: { ...all, ...actions } };
    return new DashboardPanel({ ...quiet, ...more, ...given, workspace, ladderId, post });
  });
}

/** The confusion matrix of a run. */
export function openMatrix(
  workspace: PanelWorkspace,
  runId: string,
  { page, actions, ...more }: Given<OptionsOf<typeof ConfusionMatrixPanel>> = {},
): Promise<HostedPanel<ConfusionMatrixPanel>> {
  const all = { openImages: nothing, openImage: nothing, openNext: nothing };
  return hosted('confusionMatrix', page, (post) => {
    return new ConfusionMatrixPanel({ ...quiet, ...more, actions: { ...all, ...actions }, workspace, runId, post });
  });
}

/** Runs side by side. */
export function openComparison(
  workspace: PanelWorkspace,
  runIds: readonly string[],
  { page, actions, ...more }: Given<OptionsOf<typeof CompareRunsPanel>> = {},
): Promise<HostedPanel<CompareRunsPanel>> {
  const all = { openConfusionMatrix: nothing, openImages: nothing, restoreRun: nothing };
  return hosted('compareRuns', page, (post) => {
    return new CompareRunsPanel({ ...quiet, ...more, actions: { ...all, ...actions }, workspace, runIds, post });
  });
}

/** The hardest images of a run. */
export function openHardest(
  workspace: PanelWorkspace,
  runId: string,
  { page, actions, ...more }: Given<OptionsOf<typeof HardestImagesPanel>> = {},
): Promise<HostedPanel<HardestImagesPanel>> {
  const all = { openImages: nothing, openFile: nothing, openNext: nothing };
  return hosted('hardestImages', page, (post) => {
    return new HardestImagesPanel({ ...quiet, ...more, actions: { ...all, ...actions }, workspace, runId, post });
  });
}

/** The gallery of `photos` in the workspace folder, or of another place; its thumbnails lie in the folder's cache. */
export function openGallery(
  workspace: PanelWorkspace,
  { page, actions, ...more }: Given<OptionsOf<typeof DatasetGalleryPanel>> = {},
): Promise<HostedPanel<DatasetGalleryPanel>> {
  const { folder } = workspace;
  const all = { scan: nothing, createConfig: nothing, openFile: nothing };
  const place = () => ({
    source: path.join(folder, 'photos'),
    labelsFile: path.join(folder, 'upsize.labels.csv'),
    augmentation: imageAugmentation(configSchema.parse({ dataset: 'photos' })),
  });
  const files = (name: string) => {
    const file = path.join(workspacePaths(folder).cache, 'thumbnails', name);
    return existsSync(file) ? readFileSync(file) : null;
  };
  return hosted('datasetGallery', { files, ...page }, (post) => {
    const choosing = { choice: null, onChoice: () => undefined };
    const given = {
      trusted: () => true,
      place,
      addressOf: (file: string) => `https://panel.test/${path.basename(file)}`,
    };
    return new DatasetGalleryPanel({
      ...{ ...quiet, ...choosing, ...given, ...more },
      ...{ actions: { ...all, ...actions }, workspace, post },
    });
  });
}
