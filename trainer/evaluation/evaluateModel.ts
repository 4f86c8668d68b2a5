import type { Evaluation } from '../protocol/runFolder.ts';
import { versions } from '../protocol/versions.ts';
import { crossEntropy, mostProbable, scorePredictions } from './scorePredictions.ts';
import { wilsonInterval } from './wilsonInterval.ts';

/** A batch to score: `count × size × size × 3` bytes and the true classes. Never augmented. */
export interface ScoredBatch {
  count: number;
  pixels: Uint8Array;
  labels: Int32Array;
}

/** What gives probabilities, `count × classes`: a training step, or any model behind the same method. */
export interface Predictor {
  predict(pixels: Uint8Array, count: number): Float32Array | Promise<Float32Array>;
}

/**
 * Loss and accuracy over a whole set, each image counting the same. Null when `shouldStop` said so meanwhile; it is
 * asked after each batch. Throws when there is no image.
 */
export async function validateModel(
  predictor: Predictor,
  batches: AsyncIterable<ScoredBatch>,
  { classes, shouldStop = () => false }: { classes: number; shouldStop?: () => boolean },
): Promise<{ loss: number; accuracy: number } | null> {
  let images = 0;
  let correct = 0;
  let loss = 0;
  for await (const { pixels, labels, count } of batches) {
    const probabilities = await predictor.predict(pixels, count);
    for (let image = 0; image < count; image++) {
      const label = labels[image] ?? -1;
      // NaN stays NaN here, so that a model gone wrong is seen.
      loss += crossEntropy(probabilities[image * classes + label] ?? Number.NaN);
      if (mostProbable(probabilities, image * classes, classes) === label) correct++;
    }
    images += count;
    if (shouldStop()) return null;
  }
  if (images === 0) throw new Error('There are no images to validate with.');
  return { loss: loss / images, accuracy: correct / images };
}

/** The images to score and what is to be recorded of them, in the order in which `batches` gives them. */
export interface EvaluationInput {
  predictor: Predictor;
  batches: AsyncIterable<ScoredBatch>;
  classNames: readonly string[];
  /** Relative to the data set's root, with `/`. */
  files: readonly string[];
  contentHashes: readonly string[];
  split: Evaluation['split'];
  weightsSha256: string;
  shouldStop?: () => boolean;
  onProgress?: (done: number, total: number) => void;
}

/** An evaluation as the run folder keeps it, and the probabilities that lie beside it: `images × classes`. */
export interface EvaluationResult {
  evaluation: Evaluation;
  probabilities: Float32Array;
}

/**
 * Scores a model on a set of images: all figures, and a record an image. Null when `shouldStop` said so meanwhile.
 * Throws when the batches do not give as many images as there are files.
 */
export async function evaluateModel(input: EvaluationInput): Promise<EvaluationResult | null> {
  const { predictor, classNames, files, contentHashes } = input;
  const classes = classNames.length;
  const probabilities = new Float32Array(files.length * classes);
  const labels = new Int32Array(files.length);
  let done = 0;
  for await (const batch of input.batches) {
    if (done + batch.count > files.length)
      throw new Error(`There are more images than the ${files.length} files that are to be scored.`);
    probabilities.set(await predictor.predict(batch.pixels, batch.count), done * classes);
    labels.set(batch.labels.subarray(0, batch.count), done);
    done += batch.count;
    input.onProgress?.(done, files.length);
    if (input.shouldStop?.()) return null;
  }
  if (done !== files.length || contentHashes.length !== files.length)
    throw new Error(`${done} images were scored, of ${files.length} files with ${contentHashes.length} hashes.`);
  return { evaluation: recordEvaluation({ ...input, probabilities, labels }), probabilities };
}

/** What was predicted, `images × classes`, and what is true, for images in the order of `files`. */
export interface RecordedPredictions extends Pick<
  EvaluationInput,
  'classNames' | 'files' | 'contentHashes' | 'split' | 'weightsSha256'
> {
  probabilities: Float32Array;
  labels: ArrayLike<number>;
}

/** Scores predictions that are there, and makes the record of them. Throws where their numbers do not fit. */
export function recordEvaluation(recorded: RecordedPredictions): Evaluation {
  const { probabilities, labels, classNames, files, contentHashes, split, weightsSha256 } = recorded;
  const { predictedClass, confidence, imageLoss, ...figures } = scorePredictions(
    probabilities,
    labels,
    classNames.length,
  );
  return {
    version: versions.evaluation,
    split,
    weightsSha256,
    classNames: [...classNames],
    ...figures,
    accuracyInterval: wilsonInterval(Math.round(figures.accuracy * files.length), files.length),
    images: {
      file: [...files],
      contentHash: [...contentHashes],
      trueClass: Array.from(labels),
      predictedClass,
      confidence,
      loss: imageLoss,
    },
  };
}
