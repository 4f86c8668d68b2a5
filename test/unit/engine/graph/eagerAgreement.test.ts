import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { createEagerStep } from '../../../../trainer/engine/eagerStep.ts';
import type { OptimizerOptions } from '../../../../trainer/engine/trainStep.ts';
import { convNet } from '../../../../trainer/model/convNet.ts';
import { freeze } from '../../../../trainer/model/freeze.ts';
import { graft } from '../../../../trainer/model/graft.ts';
import { initializeWeights } from '../../../../trainer/model/modelWeights.ts';
import { buildModel, type LayerNode } from '../../../../trainer/model/topology.ts';
import type { Extend, ModelOptions } from '../../../../trainer/protocol/config.ts';
import { useBackend } from '../useBackend.ts';
import { type BatchKind, largestDifference, makeBatch, pairOfSteps } from './pairOfSteps.ts';

const classes = 3;
const sgd: OptimizerOptions = { name: 'sgd', momentum: 0, nesterov: false };
const plain: ModelOptions = {
  filters: [6, 8],
  head: 'flatten',
  denseUnits: 10,
  dropout: 0.3,
  batchNormalization: false,
};

function net(options: Partial<ModelOptions>, size = 12): tfl.LayersModel {
  return convNet({ ...plain, ...options }, { size, classes, stagePrefix: `s${size}`, seed: 7 });
}

/** A stage of 24 pixels on a parent of 12, its trunk frozen. */
function grafted(extend: Extend, options: Partial<ModelOptions>, frozen: boolean): tfl.LayersModel {
  const parent = net(options);
  const { model, trunkLayers } = graft(parent, extend, { size: 24, stagePrefix: 's24', seed: 9 });
  parent.dispose();
  if (frozen) freeze(model, 'parent', trunkLayers);
  return model;
}

function feeder(name: 'residual' | 'lean' | 'article', cut: 'wholeTrunk' | 'firstConvolution') {
  return { strategy: 'feeder', feeder: name, cut, freeze: 'parent' } as Extend;
}

/** A net with every activation, pooling and padding that a model file may name. */
function allKinds(): tfl.LayersModel {
  const activations = ['relu6', 'elu', 'selu', 'sigmoid', 'tanh', 'swish', 'linear'];
  const input = 'pixels';
  const layers: LayerNode[] = [];
  const add = (name: string, className: string, config: Record<string, unknown>) =>
    layers.push({ name, className, config, inputs: [layers.at(-1)?.name ?? input] });
  add('rescaling', 'Rescaling', { scale: 1 / 127.5, offset: -1 });
  activations.forEach((activation, index) => {
    const convolution = {
      filters: 4,
      kernel_size: [3, 3],
      strides: [1, 1],
      padding: 'same',
      use_bias: index % 2 === 0,
    };
    add(`conv${index}`, 'Conv2D', { ...convolution, activation: index < 3 ? 'linear' : activation });
    if (index < 3) add(`activation${index}`, 'Activation', { activation });
  });
  add('maximum', 'MaxPooling2D', { pool_size: [3, 3], strides: [2, 2], padding: 'same' });
  add('norm', 'BatchNormalization', { center: false, scale: false });
  add('valid', 'Conv2D', { filters: 4, kernel_size: [2, 2], strides: [1, 1], padding: 'valid', activation: 'relu' });
  add('mean', 'AveragePooling2D', { pool_size: [2, 2], strides: [2, 2], padding: 'same' });
  add('flatten', 'Flatten', {});
  add('norm1d', 'BatchNormalization', {});
  add('dense', 'Dense', { units: 6, activation: 'sigmoid', use_bias: false });
  add('predictions', 'Dense', { units: classes, activation: 'linear' });
  add('softmax', 'Activation', { activation: 'softmax' });
  const model = buildModel({ name: 'all', input, inputShape: [12, 12, 3], layers, output: 'softmax' });
  initializeWeights(model, 5);
  return model;
}

interface Case {
  name: string;
  model: () => tfl.LayersModel;
  kind?: Partial<BatchKind>;
  optimizer?: OptimizerOptions;
  labelSmoothing?: number;
  /** Lower where a net makes much of rounding, which processors do differently. */
  learningRate?: number;
}

const cases: Case[] = [
  { name: 'a small CNN with dropout, flattened', model: () => net({}) },
  {
    name: 'global average, augmentation, class weights, label smoothing, no dense layer',
    model: () => net({ head: 'globalAverage', denseUnits: 0 }),
    kind: { augment: true, classWeights: true },
    labelSmoothing: 0.1,
  },
  { name: 'batch norm', model: () => net({ batchNormalization: true }) },
  {
    name: 'momentum',
    model: () => net({ filters: [6, 8, 8] }),
    optimizer: { name: 'sgd', momentum: 0.9, nesterov: false },
  },
  {
    name: "Nesterov's momentum, augmentation",
    model: () => net({ dropout: 0 }),
    kind: { augment: true },
    optimizer: { name: 'sgd', momentum: 0.9, nesterov: true },
  },
  ...(['residual', 'lean', 'article'] as const).flatMap((name): Case[] => [
    {
      name: `the ${name} feeder before a frozen trunk with batch norm`,
      model: () => grafted(feeder(name, 'wholeTrunk'), { batchNormalization: true, head: 'globalAverage' }, true),
      kind: { size: 24 },
    },
    {
      name: `the ${name} feeder in place of the first convolution`,
      model: () => grafted(feeder(name, 'firstConvolution'), {}, name !== 'lean'),
      kind: { size: 24 },
      ...(name === 'article' && { learningRate: 0.01 }),
    },
  ]),
  {
    name: 'every activation, pooling and padding',
    model: allKinds,
  },
  {
    name: 'the same layers on larger images, all trained',
    model: () => grafted({ strategy: 'resize' }, { head: 'globalAverage' }, false),
    kind: { size: 24 },
  },
];

describe('a graph step computes what the eager step computes', () => {
  before(async function () {
    await useBackend(this, 'native');
  });

  for (const { name, model, kind, optimizer = sgd, labelSmoothing = 0, learningRate = 0.05 } of cases) {
    it(name, async () => {
      const tensorsBefore = tf.memory().numTensors;
      const pair = pairOfSteps(model(), { optimizer, labelSmoothing, seed: 5 });
      const { eager, graph } = pair;
      const batches = { size: 12, classes, ...kind };
      const first = makeBatch(batches, 0, 8);
      const before = eager.getWeights();
      const metrics = await eager.run(first, { learningRate, step: 0 });
      assert.ok(Math.abs(graph.run(first, { learningRate, step: 0 }).loss - metrics.loss) <= 1e-6);
      assert.ok(largestDifference(eager.getWeights(), graph.getWeights()) <= 1e-6, 'after one step');
      assert.ok(largestDifference(eager.getWeights(), before) > 1e-5, 'nothing was trained');
      // Batches of 8 images and, like the last of an epoch, of 5.
      for (let step = 1; step < 20; step++) {
        const batch = makeBatch(batches, step, step % 4 === 3 ? 5 : 8);
        const expected = await eager.run(batch, { learningRate, step });
        const actual = graph.run(batch, { learningRate, step });
        assert.ok(Math.abs(actual.loss - expected.loss) <= 1e-5, `step ${step}: ${actual.loss}, ${expected.loss}`);
        assert.equal(actual.correct, expected.correct);
      }
      const difference = largestDifference(eager.getWeights(), graph.getWeights());
      assert.ok(difference <= 1e-5, `weights differ by ${difference} after 20 steps`);
      assert.ok(largestDifference(eager.getSlots(), graph.getSlots()) <= 1e-5);
      const probabilities = await eager.predict(first.pixels, 3);
      assert.equal(graph.predict(first.pixels, 3).length, 3 * classes);
      graph
        .predict(first.pixels, 3)
        .forEach((value, i) => assert.ok(Math.abs(value - (probabilities[i] ?? 0)) <= 1e-5));
      for (const count of [3, 8]) {
        const statistics = await eager.batchStatistics(first.pixels, count);
        assert.ok(largestDifference(statistics, graph.batchStatistics(first.pixels, count)) <= 1e-5, 'statistics');
      }
      pair.dispose();
      assert.equal(tf.memory().numTensors, tensorsBefore, 'tensors left behind');
    });
  }

  // These divide by the size of the gradient, which makes much of rounding: what it makes of it is shown by eager steps
  // from weights that differ by rounding.
  for (const optimizer of [
    { name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7 },
    { name: 'rmsprop', rho: 0.9, momentum: 0.5, epsilon: 1e-7 },
    { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  ] satisfies OptimizerOptions[]) {
    it(`${optimizer.name}${'momentum' in optimizer && optimizer.momentum > 0 ? ' with momentum' : ''}, beside a control`, async () => {
      const options = { optimizer, labelSmoothing: 0, seed: 5 };
      const pair = pairOfSteps(net({ batchNormalization: false }), options);
      const { eager, graph } = pair;
      const otherModel = net({ batchNormalization: false });
      const control = createEagerStep(otherModel, options);
      control.setWeights(
        eager.getWeights().map((weight) => ({ ...weight, data: weight.data.map((value) => value * (1 + 2 ** -23)) })),
      );
      const losses: number[][] = [];
      for (let step = 0; step < 20; step++) {
        const batch = makeBatch({ size: 12, classes }, step, 8);
        const clock = { learningRate: 0.002, step };
        const metrics = [await eager.run(batch, clock), graph.run(batch, clock), await control.run(batch, clock)];
        losses.push(metrics.map(({ loss }) => loss));
        if (step === 0)
          assert.ok(largestDifference(eager.getSlots(), graph.getSlots()) <= 1e-6, 'slots after one step');
      }
      const apart = (a: number, b: number, until: number) =>
        Math.max(...losses.slice(0, until).map((row) => Math.abs((row[a] ?? NaN) - (row[b] ?? NaN))));
      assert.ok(apart(0, 1, 2) <= 1e-6, `the first two losses differ by ${apart(0, 1, 2)}`);
      const tolerance = Math.max(1e-5, 4 * apart(0, 2, 20));
      assert.ok(apart(0, 1, 20) <= tolerance, `losses differ by ${apart(0, 1, 20)}, tolerance ${tolerance}`);
      control.dispose();
      otherModel.dispose();
      pair.dispose();
    });
  }
});
