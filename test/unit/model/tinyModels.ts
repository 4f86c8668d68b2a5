import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { ModelOptions } from '../../../trainer/protocol/config.ts';
import { registerPlainKernels } from '../../../trainer/engine/plainKernels.ts';
import { convNet } from '../../../trainer/model/convNet.ts';
import { readWeights, writeWeights } from '../../../trainer/model/modelWeights.ts';
import { randomAt } from '../../../trainer/protocol/random.ts';

/** Makes tfjs' plain CPU backend the one of this process: for a `before`, since suites of other engines share it. */
export async function useCpu(): Promise<void> {
  registerPlainKernels('cpu');
  await tf.setBackend('cpu');
}

export const tinyOptions: ModelOptions = {
  filters: [4, 4],
  head: 'globalAverage',
  denseUnits: 5,
  dropout: 0,
  batchNormalization: false,
};

/** A small net whose every weight is a random number, so that nothing agrees by being zero. */
export function tinyNet(options: Partial<ModelOptions> = {}, size = 8, classes = 3): tfl.LayersModel {
  const model = convNet({ ...tinyOptions, ...options }, { size, classes, stagePrefix: `s${size}`, seed: 7 });
  const random = randomAt(11, 'weights');
  writeWeights(
    model,
    readWeights(model).map((weight) => {
      const offset = weight.name.endsWith('moving_variance') || weight.name.endsWith('gamma') ? 0.5 : -0.5;
      return { ...weight, data: weight.data.map(() => random.next() + offset) };
    }),
  );
  return model;
}

/** Pixels of 0 to 255, `count × size × size × 3`, that the seed decides. */
export function noise(count: number, size: number, seed = 5): Float32Array {
  const random = randomAt(seed, 'sample');
  return Float32Array.from({ length: count * size * size * 3 }, () => Math.floor(random.next() * 256));
}

function images(pixels: Float32Array, size: number): tf.Tensor4D {
  return tf.tensor4d(pixels, [pixels.length / (size * size * 3), size, size, 3]);
}

/** The 2 × 2 means of square images, unrounded. */
export function halved(pixels: Float32Array, size: number): Float32Array {
  return tf.tidy(() => Float32Array.from(tf.avgPool(images(pixels, size), 2, 2, 'valid').dataSync()));
}

/** What a model answers, in inference. */
export function answers(model: tfl.LayersModel, pixels: Float32Array, size: number): Float32Array {
  return tf.tidy(() => {
    const output = model.predict(images(pixels, size));
    if (Array.isArray(output)) throw new Error('one output expected');
    return Float32Array.from(output.dataSync());
  });
}

/** Largest difference between two rows of numbers. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}
