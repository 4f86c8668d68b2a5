import * as tfl from '@tensorflow/tfjs-layers';
import type { Batch, TrainStepOptions } from './trainStep.ts';

const classes = 12;

/** What the engine is measured and probed with: RMSprop as Keras has it by default. */
export const sampleStepOptions: TrainStepOptions = {
  optimizer: { name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7 },
  labelSmoothing: 0,
  seed: 1,
};

/** The default network, 32-32-pool-64-64-pool-dense 256, for `size` × `size` images; the caller disposes it. */
export function sampleNet(size: number): tfl.LayersModel {
  const layers: tfl.layers.Layer[] = [tfl.layers.rescaling({ scale: 1 / 255, offset: 0, inputShape: [size, size, 3] })];
  for (const filters of [32, 32, 64, 64]) {
    layers.push(tfl.layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' }));
    if (layers.length % 3 === 0) layers.push(tfl.layers.maxPooling2d({ poolSize: 2 }));
  }
  layers.push(tfl.layers.flatten());
  layers.push(tfl.layers.dense({ units: 256, activation: 'relu' }));
  layers.push(tfl.layers.dense({ units: classes, activation: 'softmax' }));
  return tfl.sequential({ layers });
}

/** A batch of made-up images of `size` × `size` pixels. */
export function sampleBatch(count: number, size: number): Batch {
  return {
    count,
    pixels: Uint8Array.from({ length: count * size * size * 3 }, (_, index) => (index * 7919) % 251),
    labels: Int32Array.from({ length: count }, (_, index) => index % classes),
  };
}
