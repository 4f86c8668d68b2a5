import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Batch, NamedArray, TrainStep } from '../../../trainer/engine/trainStep.ts';
import { freeze } from '../../../trainer/model/freeze.ts';
import { graft } from '../../../trainer/model/graft.ts';
import { textSeed } from '../../../trainer/protocol/random.ts';
import { pattern } from './pattern.ts';

const optimizer = z.discriminatedUnion('name', [
  z.object({ name: z.literal('sgd'), momentum: z.number(), nesterov: z.boolean() }),
  z.object({ name: z.literal('rmsprop'), rho: z.number(), momentum: z.number(), epsilon: z.number() }),
  z.object({ name: z.literal('adam'), beta1: z.number(), beta2: z.number(), epsilon: z.number() }),
]);
const kerasCase = z.object({
  name: z.string(),
  optimizer,
  learningRate: z.number(),
  batchNormalization: z.boolean().default(false),
  labelSmoothing: z.number().default(0),
  classWeights: z.array(z.number()).optional(),
  frozen: z.array(z.string()).default([]),
  /** Whether the network stands behind a feeder that brings images of twice the size down to it, and is frozen. */
  feeder: z.boolean().default(false),
  augment: z.boolean().default(false),
  losses: z.array(z.number()),
  /** Largest difference in a loss between runs of Keras itself whose first weights differ by rounding. */
  control: z.number(),
  absoluteSums: z.record(z.string(), z.number()),
});
const recording = z.object({
  batch: z.number(),
  size: z.number(),
  classes: z.number(),
  steps: z.number(),
  cases: z.array(kerasCase),
});
export type KerasCase = z.infer<typeof kerasCase>;

/** What test/fixtures/keras/recordTrainSteps.py recorded from Keras. */
export const kerasRecording = recording.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'keras', 'trainSteps.json'), 'utf8')),
);
const { batch: count, size, classes, steps } = kerasRecording;

/** The recorded network, with the case's layers frozen, or grafted as a second stage is. */
export function kerasNetwork(recorded: KerasCase): tfl.LayersModel {
  const network = firstStage(recorded);
  if (!recorded.feeder) return network;
  const extend = { strategy: 'feeder', feeder: 'lean', cut: 'wholeTrunk' } as const;
  // A graft grows out of layers that are joined by name, as a saved model's are.
  const parent = tfl.model({ inputs: network.inputs, outputs: network.outputs });
  const { model, trunkLayers } = graft(parent, extend, { size: 2 * size, stagePrefix: 's48', seed: 1 });
  network.dispose();
  freeze(model, 'parent', trunkLayers);
  return model;
}

function firstStage({ batchNormalization, frozen }: KerasCase): tfl.LayersModel {
  const layers: tfl.layers.Layer[] = [
    tfl.layers.rescaling({ name: 'rescaling', scale: 1 / 255, offset: 0, inputShape: [size, size, 3] }),
  ];
  for (const [index, filters] of [32, 32, 64, 64].entries()) {
    const number = index + 1;
    const activation = batchNormalization ? 'linear' : 'relu';
    layers.push(tfl.layers.conv2d({ name: `conv${number}`, filters, kernelSize: 3, padding: 'same', activation }));
    if (batchNormalization) {
      layers.push(tfl.layers.batchNormalization({ name: `batchNorm${number}` }));
      layers.push(tfl.layers.activation({ name: `relu${number}`, activation: 'relu' }));
    }
    if (number % 2 === 0) layers.push(tfl.layers.maxPooling2d({ name: `pool${number / 2}`, poolSize: 2 }));
  }
  layers.push(tfl.layers.flatten({ name: 'flatten' }));
  layers.push(tfl.layers.dense({ name: 'dense', units: 256, activation: 'relu' }));
  layers.push(tfl.layers.dense({ name: 'predictions', units: classes, activation: 'softmax' }));
  for (const layer of layers) if (frozen.includes(layer.name)) layer.trainable = false;
  return tfl.sequential({ layers });
}

/** First weights of the recorded network. */
export function kerasWeights(model: tfl.LayersModel): NamedArray[] {
  return model.weights.map(({ originalName: name, shape: given }) => {
    const shape = given.map((length) => length ?? 0);
    const length = shape.reduce((product, side) => product * side, 1);
    const data = new Float32Array(length);
    if (/gamma|moving_variance/.test(name)) data.fill(1);
    if (name.endsWith('/kernel')) {
      const fan = (shape.at(-1) ?? 1) + (shape.at(-2) ?? 1);
      const window = length / ((shape.at(-1) ?? 1) * (shape.at(-2) ?? 1));
      const limit = Math.sqrt(6 / (window * fan));
      pattern(length, textSeed(name)).forEach((value, index) => (data[index] = (2 * value - 1) * limit));
    }
    return { name, shape, data };
  });
}

/** The recorded batch of a step. */
export function kerasBatch({ classWeights, augment, feeder }: KerasCase, step: number): Batch {
  const values = count * (feeder ? 4 : 1) * size * size * 3;
  const labels = Int32Array.from(pattern(count, 1000 + step), (value) => Math.floor(value * classes));
  const pixels = new Uint8Array(values);
  pattern(pixels.length, 2000 + step).forEach((value, index) => {
    const label = labels[Math.floor(index / (values / count))] ?? 0;
    pixels[index] = Math.floor(value * 150) + ((label * 37 + (index % 3) * 61) % 100);
  });
  const scale = [0.4, 0.4, 6, 0.4, 0.4, 6, 0, 0];
  const still = [1, 0, 0, 0, 1, 0, 0, 0];
  const transforms = Float32Array.from(
    pattern(count * 8, 3000 + step),
    (value, index) => (value - 0.5) * (scale[index % 8] ?? 0) + (still[index % 8] ?? 0),
  );
  return {
    count,
    pixels,
    labels,
    ...(augment ? { transforms } : {}),
    ...(classWeights ? { sampleWeights: Float32Array.from(labels, (label) => classWeights[label] ?? 1) } : {}),
  };
}

/** Runs the recorded steps and gives the loss of each. */
export async function runKerasCase(recorded: KerasCase, step: TrainStep): Promise<number[]> {
  const losses: number[] = [];
  for (let index = 0; index < steps; index++) {
    const metrics = await step.run(kerasBatch(recorded, index), { learningRate: recorded.learningRate, step: index });
    losses.push(metrics.loss);
  }
  return losses;
}

/** The largest difference between two rows of numbers. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));
}
