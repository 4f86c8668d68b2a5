import type { Run } from '../../../trainer/protocol/runSummary.ts';
import {
  confusionMatrixBoundary,
  type ConfusionMatrixState,
  type ImageChoice,
} from '../../../webviews/protocol/confusionMatrix.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import { readEvaluation } from '../evaluationReader.ts';
import type { Disposable, PanelWorkspace } from '../panelServices.ts';
import { saveAnswers, type Saving } from '../saving.ts';
import { chosenImages, confusionMatrixContent, type Evaluated } from './confusionMatrixContent.ts';

/** The most files that are listed beside the matrix; the gallery shows them all. */
const mostListed = 200;

/** What the matrix asks of the rest of the extension. */
export interface ConfusionMatrixActions {
  /** Shows exactly these images (paths relative to the data set's root) in the gallery. */
  openImages(title: string, files: readonly string[]): Promise<void>;
  openImage(file: string): Promise<void>;
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
        images: answer(requests.images, async (choice) => {
          const { own, chosen } = await this.#chosen(choice);
          const { images } = own.evaluation;
          return {
            total: chosen.length,
            files: chosen.slice(0, mostListed).map((at) => ({
              file: images.file[at] ?? '',
              trueClass: images.trueClass[at] ?? 0,
              predictedClass: images.predictedClass[at] ?? 0,
              confidence: images.confidence[at] ?? 0,
            })),
          };
        }),
        openImages: answer(requests.openImages, async (choice) => {
          const { own, chosen } = await this.#chosen(choice);
          const files = chosen.map((at) => own.evaluation.images.file[at] ?? '');
          await options.actions.openImages(titleOf(choice, own.evaluation.classNames), files);
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
      this.channel.sendSnapshot().catch((error: unknown) => options.log(String(error)));
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

  async #evaluated(run: Run | null): Promise<Evaluated | null> {
    const evaluation = run && (await readEvaluation(run.folder));
    if (!run || !evaluation) return null;
    const { workspace } = this.#options;
    return { runId: run.id, name: workspace.nameOf(run.id), size: run.manifest.config.stage.size, evaluation };
  }

  async #chosen(choice: ImageChoice) {
    const run = this.#run();
    const own = await this.#evaluated(run);
    if (!own) throw new Error('This run is gone.');
    const parentId = run?.manifest.parentId ?? null;
    const parent = choice.against === 'any' || parentId === null ? null : await this.#evaluated(this.#run(parentId));
    return { own, chosen: chosenImages(own.evaluation, parent?.evaluation ?? null, choice) };
  }

  async #snapshot(): Promise<ConfusionMatrixState> {
    const { workspace, runId } = this.#options;
    this.#stamp = this.#now();
    const target = { folder: workspace.folder, runId };
    const run = this.#run();
    if (!run) {
      const message = 'It was deleted or moved away. What was deleted can be restored from the side panel for 30 days.';
      return { target, title: 'Confusion matrix', content: { kind: 'gone', message } };
    }
    const title = `Confusion matrix of ${workspace.nameOf(runId) ?? `stage ${run.manifest.config.stage.size}`}`;
    const own = await this.#evaluated(run);
    if (!own) {
      const message =
        'It stands here as soon as the run has evaluated its validation images, at the end of its training.';
      return { target, title, content: { kind: 'waiting', message } };
    }
    const { parentId } = run.manifest;
    if (parentId === null) return { target, title, content: confusionMatrixContent(own, null, null) };
    const parentRun = this.#run(parentId);
    const parent = await this.#evaluated(parentRun).catch(() => null);
    const why = parentRun
      ? 'The parent was not evaluated, so there is no change to show.'
      : 'The parent is gone, so there is no change to show.';
    return { target, title, content: confusionMatrixContent(own, parent, parent ? null : why) };
  }
}

/** "true apple, predicted pear": what the chosen images have in common. */
export function titleOf(choice: ImageChoice, classNames: readonly string[]): string {
  const parts = [
    choice.against === 'any' ? '' : choice.against === 'fixed' ? 'fixed since the parent' : 'broken since the parent',
    choice.trueClass === null ? '' : `true ${classNames[choice.trueClass] ?? ''}`,
    choice.predictedClass === null ? '' : `predicted ${classNames[choice.predictedClass] ?? ''}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'all validation images' : parts.join(', ');
}
