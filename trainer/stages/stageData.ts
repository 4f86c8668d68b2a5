import { augmentTransforms } from '../dataset/augment.ts';
import { batches, type PixelBatch, type PixelReader } from '../dataset/batches.ts';
import { epochOrder } from '../dataset/epochOrder.ts';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import type { Batch, TrainStep } from '../engine/trainStep.ts';
import type { EffectiveConfig } from '../protocol/config.ts';
import { balancedClassWeights, sampleWeightsOf } from '../training/classWeight.ts';

/** The images of a stage, decoded: which ones train, and what each of them is. */
export interface StageImages {
  pixels: PixelReader;
  /** Class index by image index. */
  labels: Int32Array;
  train: Uint32Array;
  trainPerClass: readonly number[];
}

/** What a stage trains with what. */
export interface StageWork {
  step: TrainStep;
  images: StageImages;
  dataset: PreparedDataset;
}

/**
 * The training batches of one epoch from one of its steps on: shuffled, weighed and augmented as the config says, each a
 * function of (seed, epoch, image) alone.
 */
export async function* trainingBatches(
  images: StageImages,
  { seed, stage }: Pick<EffectiveConfig, 'seed' | 'stage'>,
  epoch: number,
  fromStep: number,
): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, classWeight, augmentation } = stage.training;
  const { pixels, labels, train } = images;
  const order = epochOrder({
    seed,
    epoch,
    indices: train,
    labels,
    classWeight: classWeight === 'undersample' ? 'undersample' : 'none',
  });
  const weights = classWeight === 'balanced' ? balancedClassWeights(images.trainPerClass) : null;
  const transforms = new Float32Array(batchSize * 8);
  for await (const batch of batches({ pixels, order, batchSize, labels, startBatch: fromStep })) {
    if (augmentation) {
      augmentTransforms({
        options: augmentation,
        seed,
        epoch,
        imageIds: batch.indices,
        size: stage.size,
        into: transforms,
      });
    }
    yield {
      count: batch.count,
      pixels: batch.pixels,
      labels: batch.labels,
      ...(weights ? { sampleWeights: sampleWeightsOf(batch.labels, batch.count, weights) } : {}),
      ...(augmentation ? { transforms } : {}),
    };
  }
}

/** Pixels of one batch when nothing is kept for gradients: such batches are larger than those of training. */
const scoredPixels = 64 * 96 * 96;

/** Images in the order of their indices, for scoring: never shuffled, weighed or augmented. */
export function scoredBatches({ pixels, labels }: StageImages, indices: Uint32Array): AsyncGenerator<PixelBatch> {
  const batchSize = Math.max(1, Math.min(256, Math.round(scoredPixels / (pixels.size * pixels.size))));
  return batches({ pixels, order: indices, batchSize, labels });
}
