import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { compareRunsBoundary, type CompareRunsState } from '../../../webviews/protocol/compareRuns.ts';
import type { DashboardRun } from '../../../webviews/protocol/dashboard.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import { dashboardChanges, dashboardRuns } from '../dashboard/dashboardRuns.ts';
import { recordedRun, type Disposable, type PanelWorkspace } from '../panelServices.ts';
import type { RecordedRun } from '../records/recordReads.ts';
import { saveAnswers, type Saving } from '../saving.ts';
import { configDifferences, metricRows } from './comparison.ts';

const refreshMs = 500;

interface CompareRunsOptions {
  workspace: PanelWorkspace;
  runIds: readonly string[];
  actions: {
    openConfusionMatrix(runId: string): Promise<void>;
    openImages(title: string, files: readonly string[]): Promise<void>;
    /** Brings back what was deleted of the runs. */
    restoreRun(): Promise<void>;
  };
  saving: Saving;
  post: (message: unknown) => void;
  log: (message: string) => void;
}

/** The host of one comparison: everything is sent anew when one of its runs changes for good, curves as they grow. */
export class CompareRunsPanel implements Disposable {
  readonly channel: HostChannel<typeof compareRunsBoundary>;
  readonly #options: CompareRunsOptions;
  readonly #subscription: Disposable;
  #sent: readonly DashboardRun[] = [];
  #sentMetrics = '';
  #stamp = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(options: CompareRunsOptions) {
    this.#options = options;
    const { requests } = compareRunsBoundary;
    this.channel = new HostChannel(compareRunsBoundary, {
      post: options.post,
      log: options.log,
      snapshot: () => this.#snapshot(),
      answers: {
        openConfusionMatrix: answer(requests.openConfusionMatrix, async ({ runId }) => {
          await options.actions.openConfusionMatrix(runId);
          return null;
        }),
        openDisagreed: answer(requests.openDisagreed, async () => {
          const files = await options.workspace.records.read('disagreedImages', { runs: this.#recorded() });
          await options.actions.openImages('the compared runs disagree', files);
          return null;
        }),
        restoreRun: answer(requests.restoreRun, async () => {
          await options.actions.restoreRun();
          return null;
        }),
        ...saveAnswers(options.saving),
      },
    });
    this.#subscription = options.workspace.onDidChangeRuns(() => this.#schedule());
  }

  dispose(): void {
    this.#subscription.dispose();
    if (this.#timer) clearTimeout(this.#timer);
  }

  #runs(): Run[] {
    const all = this.#options.workspace.runs();
    return this.#options.runIds.flatMap((runId) => all.find((run) => run.id === runId) ?? []);
  }

  #recorded(): RecordedRun[] {
    return this.#runs().map((run) => recordedRun(this.#options.workspace, run));
  }

  #look(): DashboardRun[] {
    const { workspace } = this.#options;
    const all = workspace.runs();
    const shown = new Map<string, DashboardRun>();
    for (const ladderId of new Set(this.#runs().map((run) => run.overview.ladderId))) {
      for (const run of dashboardRuns(all, ladderId, (runId) => workspace.nameOf(runId), Date.now()))
        shown.set(run.runId, run);
    }
    return this.#runs().flatMap((run) => shown.get(run.id) ?? []);
  }

  #now(): string {
    return JSON.stringify(this.#runs().map((run) => [run.id, run.state, run.summary.evaluated.validation]));
  }

  async #snapshot(): Promise<CompareRunsState> {
    const { workspace, runIds } = this.#options;
    this.#stamp = this.#now();
    const runs = this.#runs();
    const shown = this.#look();
    this.#sent = shown.map((run) => ({ ...run, epochs: [...run.epochs] }));
    const metrics = metricRows(runs, shown);
    this.#sentMetrics = JSON.stringify(metrics);
    const compared = await workspace.records.read('comparison', { runs: this.#recorded() });
    return {
      target: { folder: workspace.folder, runIds: [...runIds] },
      title: `${runs.length} ${runs.length === 1 ? 'run' : 'runs'} compared`,
      runs: shown,
      metrics,
      differences: configDifferences(runs.map(({ manifest }) => manifest.config)),
      ...compared,
    };
  }

  #schedule(): void {
    if (!this.channel.begun) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#now() !== this.#stamp) {
        void this.channel.sendSnapshot();
        return;
      }
      const runs = this.#look();
      for (const change of dashboardChanges(this.#sent, runs)) if (change.type === 'run') this.channel.change(change);
      this.#sent = runs.map((run) => ({ ...run, epochs: [...run.epochs] }));
      const metrics = metricRows(this.#runs(), runs);
      const now = JSON.stringify(metrics);
      if (now !== this.#sentMetrics) this.channel.change({ type: 'metrics', metrics });
      this.#sentMetrics = now;
    }, refreshMs);
  }
}
