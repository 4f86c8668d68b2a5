import { createHash } from 'node:crypto';
import { decodeToSquare } from '../dataset/decode.ts';
import { readImageFile } from '../dataset/readImageFile.ts';
import type { ListedImage } from '../dataset/listedImage.ts';
import { recordEvaluation, type EvaluationResult } from '../evaluation/evaluateModel.ts';
import { modelPredictor } from '../evaluation/modelPredictor.ts';
import type { OpenedModel } from '../model/serialize.ts';
import type { Evaluation } from '../protocol/runFolder.ts';
import { describeFailure } from '../stages/describeFailure.ts';

const batchSize = 64;

/** What to score, and how to call it. */
export interface ScoreImages {
  opened: OpenedModel;
  /** In the order of their files; each has a class that the model knows. */
  images: readonly ListedImage[];
  split: Evaluation['split'];
  weightsSha256: string;
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}

/** An image that could not be read, and why. */
export interface UnreadImage {
  file: string;
  reason: string;
}

interface DecodedImage {
  image: ListedImage;
  contentHash: string;
  pixels: Uint8Array;
}

/**
 * Scores a model on images straight from their files, a batch decoded while the one before is predicted; what cannot be read is
 * left out and named. Throws when nothing is left.
 */
export async function scoreImages(asked: ScoreImages): Promise<EvaluationResult & { unread: UnreadImage[] }> {
  const { opened, images, split, weightsSha256, onProgress, signal } = asked;
  const { classNames, size } = opened.metadata;
  const classOf = new Map(classNames.map((name, index) => [name, index]));
  const predictor = modelPredictor(opened.model, size);
  const unread: UnreadImage[] = [];
  const scored: DecodedImage[] = [];
  const probabilities: Float32Array[] = [];
  const decode = (from: number) =>
    Promise.all(images.slice(from, from + batchSize).map((image) => decodeImage(opened, image, unread)));
  let next = decode(0);
  for (let from = 0; from < images.length; from += batchSize) {
    const decoded = (await next).filter((image) => image !== null);
    next = decode(from + batchSize);
    signal.throwIfAborted();
    if (decoded.length > 0) {
      const pixels = new Uint8Array(decoded.length * size * size * 3);
      for (const [index, image] of decoded.entries()) pixels.set(image.pixels, index * size * size * 3);
      probabilities.push(await predictor.predict(pixels, decoded.length));
      // The pixels have done their part; what is kept of a large data set are names and hashes.
      scored.push(...decoded.map((image) => ({ ...image, pixels: new Uint8Array() })));
    }
    onProgress(Math.min(images.length, from + batchSize), images.length);
  }
  const all = new Float32Array(scored.length * classNames.length);
  let place = 0;
  for (const part of probabilities) {
    all.set(part, place);
    place += part.length;
  }
  const evaluation = recordEvaluation({
    classNames,
    files: scored.map(({ image }) => image.file),
    contentHashes: scored.map(({ contentHash }) => contentHash),
    labels: scored.map(({ image }) => classOf.get(image.label) ?? -1),
    probabilities: all,
    split,
    weightsSha256,
  });
  return { evaluation, probabilities: all, unread };
}

async function decodeImage(
  { metadata }: OpenedModel,
  image: ListedImage,
  unread: UnreadImage[],
): Promise<DecodedImage | null> {
  const { size, fit, baseSize } = metadata;
  try {
    const bytes = await readImageFile(image.path);
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    return { image, contentHash, pixels: await decodeToSquare(bytes, size, fit, baseSize) };
  } catch (error) {
    unread.push({ file: image.file, reason: describeFailure(error) });
    return null;
  }
}
