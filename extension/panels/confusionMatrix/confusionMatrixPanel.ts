import type { Run } from '../../../trainer/protocol/runSummary.ts';
import {
  choiceTitle,
  confusionMatrixBoundary,
  type ConfusionMatrixState,
  type ImageChoice,
} from '../../../webviews/protocol/confusionMatrix.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import type { RecordedRun } from '../records/recordReads.ts';
import { recordedRun, type Disposable, type PanelWorkspace } from '../panelServices.ts';
import { saveAnswers, type Saving } from '../saving.ts';

/** The most files that are listed beside the matrix; the gallery shows them all. */
const mostListed = 200;

/** What the matrix asks of the rest of the extension. */
export interface ConfusionMatrixActions {
  /** Shows exactly these images (paths relative to the data set's root) in the gallery. */
  openImages(title: string, files: readonly string[]): Promise<void>;
  openImage(file: string): Promise<void>;
  openNext(next: 'dashboard' | 'trash'): Promise<void>;
}

interface ConfusionMatrixOptions {
  workspace: PanelWorkspace;
  runId: string;
  actions: ConfusionMatrixActions;
  saving: Saving;
  post: (message: unknown) => void;
  log: (message: string) => void;
}

/** The host of one confusion matrix. It sends everything anew when the run is evaluated again. */
export class ConfusionMatrixPanel implements Disposable {
  readonly channel: HostChannel<typeof confusionMatrixBoundary>;
  readonly #options: ConfusionMatrixOptions;
  readonly #subscription: Disposable;
  #stamp = '';

  constructor(options: ConfusionMatrixOptions) {
    this.#options = options;
    const { requests } = confusionMatrixBoundary;
    this.channel = new HostChannel(confusionMatrixBoundary, {
      post: options.post,
      log: options.log,
      snapshot: () => this.#snapshot(),
      answers: {
        images: answer(requests.images, (choice) => this.#chosen(choice, mostListed)),
        openImages: answer(requests.openImages, async (choice) => {
          const { files, classNames } = await this.#chosen(choice, Number.POSITIVE_INFINITY);
          await options.actions.openImages(
            choiceTitle(choice, classNames),
            files.map(({ file }) => file),
          );
          return null;
        }),
        openDashboard: answer(requests.openDashboard, async () => {
          await options.actions.openNext('dashboard');
          return null;
        }),
        restoreRun: answer(requests.restoreRun, async () => {
          await options.actions.openNext('trash');
          return null;
        }),
        openImage: answer(requests.openImage, async ({ file }) => {
          await options.actions.openImage(file);
          return null;
        }),
        ...saveAnswers(options.saving),
      },
    });
    this.#subscription = options.workspace.onDidChangeRuns(() => {
      if (!this.channel.begun || this.#now() === this.#stamp) return;
      void this.channel.sendSnapshot();
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #run(runId = this.#options.runId): Run | null {
    return this.#options.workspace.runs().find((run) => run.id === runId) ?? null;
  }

  /** Changes whenever what is shown would. */
  #now(): string {
    const run = this.#run();
    const parent = run?.manifest.parentId == null ? null : this.#run(run.manifest.parentId);
    return JSON.stringify([run?.state, run?.summary.evaluated, parent?.summary.evaluated]);
  }

  /** The run that this one grew from; null where there is none any more. */
  #parentOf(run: Run): RecordedRun | null {
    const parent = run.manifest.parentId === null ? null : this.#run(run.manifest.parentId);
    return parent && recordedRun(this.#options.workspace, parent);
  }

  async #chosen(choice: ImageChoice, most: number) {
    const { workspace } = this.#options;
    const run = this.#run();
    const chosen =
      run &&
      (await workspace.records.read('chosenImages', {
        run: recordedRun(workspace, run),
        parent: choice.against === 'any' ? null : this.#parentOf(run),
        choice,
        most,
      }));
    if (!chosen) throw new Error('This run is gone.');
    return chosen;
  }

  async #snapshot(): Promise<ConfusionMatrixState> {
    const { workspace, runId } = this.#options;
    this.#stamp = this.#now();
    const target = { folder: workspace.folder, runId };
    const run = this.#run();
    if (!run) {
      const message = 'It was deleted or moved away. What was deleted can be restored for 30 days.';
      return { target, title: 'Confusion matrix', content: { kind: 'gone', message } };
    }
    const title = `Confusion matrix of ${workspace.nameOf(runId) ?? `stage ${run.manifest.config.stage.size}`}`;
    const parent = this.#parentOf(run);
    const content = await workspace.records.read('confusionMatrix', {
      run: recordedRun(workspace, run),
      parent,
      withoutParent:
        run.manifest.parentId === null
          ? null
          : parent
            ? 'The parent was not evaluated, so there is no change to show.'
            : 'The parent is gone, so there is no change to show.',
    });
    if (content) return { target, title, content };
    const message =
      'It stands here as soon as the run has evaluated its validation images, at the end of its training.';
    return { target, title, content: { kind: 'waiting', message } };
  }
}
