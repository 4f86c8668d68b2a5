import type * as z from 'zod';
import { dashboardBoundary, type DashboardRun } from '../../../webviews/protocol/dashboard.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import { recordedRun, type Disposable, type PanelWorkspace } from '../panelServices.ts';
import { saveAnswers, type Saving } from '../saving.ts';
import { dashboardChanges, dashboardRuns } from './dashboardRuns.ts';
import { ladderTitle } from './ladderTitle.ts';
import { readLogTail } from './readLogTail.ts';

/** A change waits that long for others to travel with it. The runs are looked at less often than ten times a second. */
const refreshMs = 50;

/** What the dashboard asks of the rest of the extension. */
export interface DashboardActions {
  stop(runId: string): Promise<void>;
  openConfusionMatrix(runId: string): Promise<void>;
  openHardestImages(runId: string): Promise<void>;
  trainNextStage(runId: string): Promise<void>;
  /** Brings back what was deleted of the ladder. */
  restoreRun(): Promise<void>;
}

interface DashboardPanelOptions {
  workspace: PanelWorkspace;
  ladderId: string;
  trusted: () => boolean;
  actions: DashboardActions;
  saving: Saving;
  post: (message: unknown) => void;
  log: (message: string) => void;
}

/** The host of one dashboard: follows the runs of a ladder and tells the view what changed. */
export class DashboardPanel implements Disposable {
  readonly channel: HostChannel<typeof dashboardBoundary>;
  readonly #options: DashboardPanelOptions;
  readonly #subscription: Disposable;
  #sent: readonly DashboardRun[] = [];
  #sentTitle = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(options: DashboardPanelOptions) {
    this.#options = options;
    const { workspace, actions, saving } = options;
    const { requests } = dashboardBoundary;
    const runOf = (runId: string) => {
      const run = workspace.runs().find((one) => one.id === runId);
      if (!run) throw new Error('This run is gone.');
      return run;
    };
    const act = (
      spec: { params: z.ZodObject<{ runId: z.ZodString }>; result: z.ZodNull },
      doIt: (runId: string) => Promise<void>,
    ) =>
      answer(spec, async ({ runId }) => {
        await doIt(runId);
        return null;
      });
    this.channel = new HostChannel(dashboardBoundary, {
      post: options.post,
      log: options.log,
      snapshot: () => this.#snapshot(),
      answers: {
        readSteps: answer(requests.readSteps, ({ runId, ...range }) =>
          workspace.records.read('readSteps', { ...range, folder: runOf(runId).folder }),
        ),
        perClass: answer(requests.perClass, ({ runIds }) =>
          workspace.records.read('classFigures', {
            runs: runIds.map(runOf).map((run) => ({ ...recordedRun(workspace, run), parentId: run.manifest.parentId })),
          }),
        ),
        readLog: answer(requests.readLog, ({ runId }) => readLogTail(runOf(runId).folder)),
        stop: act(requests.stop, (runId) => actions.stop(runId)),
        openConfusionMatrix: act(requests.openConfusionMatrix, (runId) => actions.openConfusionMatrix(runId)),
        openHardestImages: act(requests.openHardestImages, (runId) => actions.openHardestImages(runId)),
        trainNextStage: act(requests.trainNextStage, (runId) => actions.trainNextStage(runId)),
        restoreRun: answer(requests.restoreRun, async () => {
          await actions.restoreRun();
          return null;
        }),
        ...saveAnswers(saving),
      },
    });
    this.#subscription = workspace.onDidChangeRuns(() => this.#schedule());
  }

  dispose(): void {
    this.#subscription.dispose();
    if (this.#timer) clearTimeout(this.#timer);
  }

  #look(): DashboardRun[] {
    const { workspace, ladderId } = this.#options;
    return dashboardRuns(workspace.runs(), ladderId, (runId) => workspace.nameOf(runId), Date.now());
  }

  #title(): string {
    const { workspace, ladderId } = this.#options;
    return ladderTitle(workspace.runs(), ladderId, (runId) => workspace.nameOf(runId));
  }

  #snapshot() {
    const { workspace, ladderId, trusted } = this.#options;
    const runs = this.#look();
    this.#sent = runs.map((run) => ({ ...run, epochs: [...run.epochs] }));
    this.#sentTitle = this.#title();
    return {
      target: { folder: workspace.folder, ladderId },
      title: this.#sentTitle,
      runs,
      trusted: trusted(),
    };
  }

  #schedule(): void {
    if (!this.channel.begun) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const title = this.#title();
      if (title !== this.#sentTitle) this.channel.change({ type: 'title', title });
      this.#sentTitle = title;
      const runs = this.#look();
      for (const change of dashboardChanges(this.#sent, runs)) this.channel.change(change);
      // A summary's epochs grow in place; what was sent must not.
      this.#sent = runs.map((run) => ({ ...run, epochs: [...run.epochs] }));
    }, refreshMs);
  }
}
