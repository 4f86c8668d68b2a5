import type { PredictorResult } from '../../../trainer/protocol/predictor.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { hardestImagesBoundary, type HardestImagesState } from '../../../webviews/protocol/hardestImages.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import { datasetFile } from '../datasetFile.ts';
import { recordedRun, type Disposable, type PanelWorkspace } from '../panelServices.ts';
import { saveAnswers, type Saving } from '../saving.ts';

interface HardestImagesOptions {
  workspace: PanelWorkspace;
  runId: string;
  actions: {
    openFile(file: string): Promise<void>;
    openImages(title: string, files: readonly string[]): Promise<void>;
    openNext(next: HardestImagesState['next']): Promise<void>;
  };
  saving: Saving;
  post: (message: unknown) => void;
  log: (message: string) => void;
}

/** The host of a run's hardest images; the predictor says where the network looked. */
export class HardestImagesPanel implements Disposable {
  readonly channel: HostChannel<typeof hardestImagesBoundary>;
  readonly #options: HardestImagesOptions;
  readonly #subscription: Disposable;
  /** What is still asked, by image; another class ends what was asked before. */
  readonly #asked = new Map<string, AbortController>();
  #stamp = '';

  constructor(options: HardestImagesOptions) {
    this.#options = options;
    const { workspace, actions } = options;
    const { requests } = hardestImagesBoundary;
    this.channel = new HostChannel(hardestImagesBoundary, {
      post: options.post,
      log: options.log,
      snapshot: () => this.#snapshot(),
      answers: {
        explain: answer(requests.explain, ({ file, className }) => this.#explain(file, className)),
        openImage: answer(requests.openImage, async ({ file }) => {
          await actions.openFile(this.#fileOf(file));
          return null;
        }),
        openNext: answer(requests.openNext, async () => {
          await actions.openNext(this.#run() ? 'dashboard' : 'trash');
          return null;
        }),
        openImages: answer(requests.openImages, async () => {
          const { images, title } = await this.#snapshot();
          await actions.openImages(
            title,
            images.map(({ file }) => file),
          );
          return null;
        }),
        ...saveAnswers(options.saving),
      },
    });
    this.#subscription = workspace.onDidChangeRuns(() => {
      if (!this.channel.begun || this.#now() === this.#stamp) return;
      void this.channel.sendSnapshot();
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const asked of this.#asked.values()) asked.abort();
  }

  /** Null where another class was asked about meanwhile, or the panel was closed. */
  async #explain(file: string, className: string): Promise<PredictorResult<'explainImage'> | null> {
    const { workspace, runId } = this.#options;
    this.#asked.get(file)?.abort();
    const asked = new AbortController();
    this.#asked.set(file, asked);
    try {
      const { signal } = asked;
      return await workspace.ask('explainImage', { runId, file: this.#fileOf(file), className }, { signal });
    } catch (error) {
      if (asked.signal.aborted) return null;
      throw error;
    } finally {
      if (this.#asked.get(file) === asked) this.#asked.delete(file);
    }
  }

  #run(): Run | null {
    return this.#options.workspace.runs().find((run) => run.id === this.#options.runId) ?? null;
  }

  #now(): string {
    const run = this.#run();
    return JSON.stringify([run?.state, run?.summary.evaluated.validation]);
  }

  #fileOf(file: string): string {
    const run = this.#run();
    if (!run) throw new Error('This run is gone.');
    return datasetFile(run.manifest, file);
  }

  async #snapshot(): Promise<HardestImagesState> {
    const { workspace, runId } = this.#options;
    this.#stamp = this.#now();
    const run = this.#run();
    const base = { target: { folder: workspace.folder, runId }, images: [], next: 'dashboard' as const };
    if (!run)
      return {
        ...base,
        title: 'Hardest images',
        next: 'trash',
        message: 'This run is gone. What was deleted can be restored for 30 days.',
      };
    const title = `Hardest images of ${workspace.nameOf(runId) ?? `stage ${run.manifest.config.stage.size}`}`;
    let images;
    try {
      images = await workspace.records.read('hardestImages', { run: recordedRun(workspace, run) });
    } catch (error) {
      return { ...base, title, message: (error as Error).message };
    }
    if (!images) {
      return {
        ...base,
        title,
        message: 'They stand here as soon as the run has evaluated its validation images, at the end of its training.',
      };
    }
    return { ...base, title, message: images.length === 0 ? 'There are no validation images.' : null, images };
  }
}
