import { createHash } from 'node:crypto';
import { decodeToSquare } from '../dataset/decode.ts';
import { readImageFile } from '../dataset/readImageFile.ts';
import { readHeader } from '../dataset/imageHeader.ts';
import { lineageOf } from '../protocol/ladder.ts';
import { GradCam } from '../evaluation/gradCam.ts';
import type {
  ExplainImageRequest,
  NearestImagesRequest,
  Prediction,
  PredictImageRequest,
  PredictImageResult,
  PredictorResult,
} from '../protocol/predictor.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { NearestImages, type Watch } from './nearestImages.ts';
import { OpenedModels, predictPixels } from './openedModels.ts';
import { pngDataUri } from './pngDataUri.ts';
import { makeThumbnail } from './thumbnail.ts';
import { TrueClasses } from './trueClass.ts';

/** Probabilities kept, by content and weights: the same picture is hovered over again and again. */
const mostRemembered = 5000;

/** Predicts images for the views of one workspace: every answer through the same pixels as in training. */
export class ImagePredictor {
  readonly #runs: RunStore;
  readonly #models: OpenedModels;
  readonly #nearest: NearestImages;
  readonly #trueClasses = new TrueClasses();
  readonly #remembered = new Map<string, Float32Array>();

  constructor(workspace: string) {
    this.#runs = new RunStore(workspace);
    this.#models = new OpenedModels(workspace);
    this.#nearest = new NearestImages(workspace, this.#models);
  }

  /**
   * What a run, and the runs it grew from, say of an image; null where `cancelled`, which is looked at between the parts: a
   * part of an answer is none. Throws with a sentence for the user: no such run, no model, or what is wrong with the image.
   */
  async predict(request: PredictImageRequest, cancelled: () => boolean): Promise<PredictImageResult | null> {
    const run = this.#run(request.runId);
    if (!run) throw new Error(`There is no run ${request.runId} in this workspace.`);
    const bytes = await readImageFile(request.file);
    const { width, height } = await readHeader(bytes);
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    const ask = (one: Run) => this.#predictOne(one, bytes, contentHash, request.top);
    const prediction = await ask(run);
    const earlier: Prediction[] = [];
    for (const ancestor of request.earlier ? this.#ancestors(run) : []) {
      if (cancelled()) return null;
      if (this.#models.has(ancestor.id)) earlier.push(await ask(ancestor));
    }
    const thumbnail =
      request.thumbnailPixels > 0 ? await makeThumbnail(bytes, request.thumbnailPixels, request.thumbnailBytes) : null;
    if (cancelled()) return null;
    return {
      file: request.file,
      contentHash,
      width,
      height,
      prediction,
      earlier,
      trueClass: await this.#trueClasses.of(run, request.file),
      thumbnail: thumbnail?.dataUri ?? null,
    };
  }

  /** An image exactly as the network of a run sees it. Throws with a sentence for the user. */
  async networkInput(runId: string, file: string): Promise<PredictorResult<'networkInput'>> {
    const { metadata } = await this.#models.get(runId);
    const pixels = await decodeToSquare(await readImageFile(file), metadata.size, metadata.fit, metadata.baseSize);
    return { dataUri: await pngDataUri(pixels, metadata.size), size: metadata.size };
  }

  /** What in an image speaks for a class. Throws with a sentence for the user, also where the model has no such class. */
  async explain({ runId, file, className }: ExplainImageRequest): Promise<PredictorResult<'explainImage'>> {
    const opened = await this.#models.get(runId);
    const { classNames, size, fit, baseSize } = opened.metadata;
    const pixels = await decodeToSquare(await readImageFile(file), size, fit, baseSize);
    const probabilities = await predictPixels(opened, pixels);
    const named =
      className === null ? probabilities.indexOf(Math.max(...probabilities)) : classNames.indexOf(className);
    const explained = classNames[named];
    if (explained === undefined) throw new Error(`Run ${runId} has no class "${className}".`);
    // Made anew for each: a few milliseconds beside the gradient, and nothing is held that the model's closing would miss.
    const camera = new GradCam(opened.model);
    try {
      const { width, height, heat } = camera.explain(pixels, size, named);
      return {
        dataUri: await pngDataUri(pixels, size),
        size,
        className: explained,
        heat: { width, height, values: [...heat] },
      };
    } finally {
      camera.dispose();
    }
  }

  /** All images of a data set, those first that a run's model finds most alike. As `NearestImages.nearest`. */
  async nearest(request: NearestImagesRequest, watch: Watch): Promise<PredictorResult<'nearestImages'> | null> {
    const run = this.#run(request.runId);
    const weightsSha256 = run?.summary.weightsSha256;
    if (weightsSha256 == null)
      throw new Error(`Run ${request.runId} has no finished model yet; only completed runs can say what is alike.`);
    return this.#nearest.nearest({ ...request, weightsSha256 }, watch);
  }

  /** One run by its id: a hover does not look at all of them. */
  #run(id: string): Run | null {
    const run = this.#runs.get(id);
    return run !== null && 'manifest' in run ? run : null;
  }

  /** What a run grew from, the first stage first; a gone ancestor ends the way. */
  #ancestors(run: Run): Run[] {
    const byId = new Map([[run.id, run]]);
    for (let { parentId } = run.overview; parentId !== null && !byId.has(parentId);) {
      const parent = this.#run(parentId);
      if (!parent) break;
      byId.set(parent.id, parent);
      ({ parentId } = parent.overview);
    }
    return lineageOf(run, byId).slice(0, -1);
  }

  async #predictOne(run: Run, bytes: Uint8Array, contentHash: string, top: number): Promise<Prediction> {
    const opened = await this.#models.get(run.id);
    const { classNames, size, fit, baseSize } = opened.metadata;
    const key = `${run.id} ${run.summary.weightsSha256} ${contentHash}`;
    let probabilities = this.#remembered.get(key);
    if (!probabilities) {
      probabilities = await predictPixels(opened, await decodeToSquare(bytes, size, fit, baseSize));
      this.#remembered.set(key, probabilities);
      const [oldest] = this.#remembered.keys();
      if (this.#remembered.size > mostRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    }
    const ranked = classNames
      .map((className, index) => ({ className, probability: probabilities[index] ?? 0 }))
      .sort((a, b) => b.probability - a.probability);
    return { runId: run.id, size, top: ranked.slice(0, top) };
  }
}
