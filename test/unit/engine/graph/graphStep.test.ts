import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js';
import { createEagerStep } from '../../../../trainer/engine/eagerStep.ts';
import { createGraphStep } from '../../../../trainer/engine/graph/graphStep.ts';
import { GraphRefusedError } from '../../../../trainer/engine/graph/graphRefused.ts';
import type { TrainStep, TrainStepOptions } from '../../../../trainer/engine/trainStep.ts';
import { convNet } from '../../../../trainer/model/convNet.ts';
import { freeze } from '../../../../trainer/model/freeze.ts';
import { useBackend } from '../useBackend.ts';
import { largestDifference, makeBatch, pairOfSteps } from './pairOfSteps.ts';

const kind = { size: 8, classes: 3 };
const adam: TrainStepOptions = {
  optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  labelSmoothing: 0,
  seed: 5,
};

function tinyNet(): tfl.LayersModel {
  return convNet(
    { filters: [4, 4, 6, 6], head: 'flatten', denseUnits: 8, dropout: 0.5, batchNormalization: true },
    { size: kind.size, classes: kind.classes, stagePrefix: 's8', seed: 3 },
  );
}

async function train(step: TrainStep, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    await step.run(makeBatch(kind, index, 6), { learningRate: 0.01, step: index });
  }
}

/** A model of one dense layer behind the given one. */
function behind(layer: tfl.layers.Layer): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [kind.size, kind.size, 3] }),
      layer,
      tfl.layers.flatten(),
      tfl.layers.dense({ units: kind.classes, activation: 'softmax' }),
    ],
  });
}

describe('createGraphStep', () => {
  before(async function () {
    await useBackend(this, 'native');
  });

  it('gives the same bits when the same steps are run again', async () => {
    const model = tinyNet();
    const [first, second] = [createGraphStep(model, adam), createGraphStep(model, adam)];
    await train(first, 0, 6);
    await train(second, 0, 6);
    assert.deepEqual(first.getWeights(), second.getWeights());
    assert.deepEqual(first.getSlots(), second.getSlots());
    for (const step of [first, second]) step.dispose();
    model.dispose();
  });

  it('goes on from a checkpoint as if it had not stopped', async () => {
    const model = tinyNet();
    const whole = createGraphStep(model, adam);
    await train(whole, 0, 4);
    const [weights, slots] = [whole.getWeights(), whole.getSlots()];
    await train(whole, 4, 8);
    const resumed = createGraphStep(model, adam);
    resumed.setWeights(weights);
    resumed.setSlots(slots);
    await train(resumed, 4, 8);
    assert.deepEqual(resumed.getWeights(), whole.getWeights());
    assert.deepEqual(resumed.getSlots(), whole.getSlots());
    for (const step of [whole, resumed]) step.dispose();
    model.dispose();
  });

  it('takes over a checkpoint of an eager step, and gives one back', async () => {
    const pair = pairOfSteps(tinyNet(), {
      ...adam,
      optimizer: { name: 'sgd', momentum: 0.9, nesterov: true },
    });
    const { eager, graph } = pair;
    await train(eager, 0, 3);
    graph.setWeights(eager.getWeights());
    graph.setSlots(eager.getSlots());
    assert.deepEqual(graph.getWeights(), eager.getWeights());
    assert.deepEqual(graph.getSlots(), eager.getSlots());
    await train(graph, 3, 6);
    await train(eager, 3, 6);
    assert.ok(largestDifference(graph.getWeights(), eager.getWeights()) <= 1e-5);
    eager.setWeights(graph.getWeights());
    eager.setSlots(graph.getSlots());
    assert.deepEqual(eager.getWeights(), graph.getWeights());
    pair.dispose();
  });

  it('names slots as the eager step does, for each optimizer', () => {
    const model = tinyNet();
    for (const optimizer of [
      adam.optimizer,
      { name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7 },
      { name: 'rmsprop', rho: 0.9, momentum: 0.9, epsilon: 1e-7 },
      { name: 'sgd', momentum: 0.9, nesterov: false },
      { name: 'sgd', momentum: 0, nesterov: false },
    ] satisfies TrainStepOptions['optimizer'][]) {
      const steps = [createEagerStep, createGraphStep].map((create) => create(model, { ...adam, optimizer }));
      const [eager, graph] = steps.map((step) => step.getSlots());
      assert.deepEqual(graph, eager);
      for (const step of steps) step.dispose();
    }
    model.dispose();
  });

  it('refuses weights and slots that it does not have, before it sets any', () => {
    const model = tinyNet();
    const step = createGraphStep(model, adam);
    const [first, ...others] = step.getWeights();
    assert.ok(first);
    const zeros = { ...first, data: new Float32Array(first.data.length) };
    assert.throws(() => step.setWeights([zeros, { ...first, name: 'elsewhere' }]), /has no weight "elsewhere"/);
    assert.throws(() => step.setWeights([zeros, { ...first, shape: [1] }]), /is \[3,3,3,4\] here, not \[1\]/);
    assert.throws(() => step.setSlots([{ ...first, name: 'elsewhere' }]), /no optimizer slot "elsewhere"/);
    assert.deepEqual(step.getWeights(), [first, ...others]);
    step.dispose();
    model.dispose();
  });

  it("keeps what it is given: changing the caller's arrays later changes nothing", () => {
    const model = tinyNet();
    const step = createGraphStep(model, adam);
    const weights = step.getWeights().map((weight) => ({ ...weight, data: weight.data.map(() => 0.25) }));
    step.setWeights(weights);
    for (const { data } of weights) data.fill(7);
    for (const { data } of step.getWeights()) assert.ok(data.every((value) => value === 0.25));
    step.dispose();
    model.dispose();
  });

  it('has no backward operation for a frozen layer, nor any below the lowest trained one', async () => {
    const model = tinyNet();
    const all = createGraphStep(model, adam).operations;
    freeze(model, ['s8_conv1', 's8_batchNorm1', 's8_conv2', 's8_batchNorm2', 's8_batchNorm4'], []);
    const step = createGraphStep(model, adam);
    // Two copies of the step: with augmentation and without.
    const counts = (operations: ReadonlyMap<string, number>) =>
      ['Conv2DBackpropFilter', 'Conv2DBackpropInput', 'FusedBatchNormGradV3', 'MaxPoolGrad', 'ResourceApplyAdam'].map(
        (name) => (operations.get(name) ?? 0) / 2,
      );
    assert.deepEqual(counts(all), [4, 3, 4, 2, 20]);
    assert.deepEqual(counts(step.operations), [2, 1, 1, 1, 10]);
    const before = step.getWeights();
    await train(step, 0, 2);
    const changed = step.getWeights().filter(({ data }, i) => data.some((value, k) => value !== before[i]?.data[k]));
    assert.deepEqual(
      [...new Set(changed.map(({ name }) => name.split('/')[0]))],
      ['s8_conv3', 's8_batchNorm3', 's8_conv4', 's8_dense', 's8_predictions'],
    );
    step.dispose();
    model.dispose();
  });

  it('leaves nothing behind over a thousand steps, nor in the temporary folder', () => {
    const outer = process.env.TMPDIR;
    const folder = mkdtempSync(join(tmpdir(), 'upsize-test-'));
    process.env.TMPDIR = folder;
    const { binding } = tf.backend() as NodeJSKernelBackend;
    try {
      const [tensors, graphs] = [binding.getNumOfTensors(), binding.getNumOfSavedModels()];
      const model = tinyNet();
      const step = createGraphStep(model, adam);
      const batch = makeBatch(kind, 0, 6);
      for (let index = 0; index < 200; index++) step.run(batch, { learningRate: 0.01, step: index });
      const [held, bytes] = [binding.getNumOfTensors(), process.memoryUsage.rss()];
      for (let index = 0; index < 1000; index++) step.run(batch, { learningRate: 0.01, step: index });
      assert.equal(binding.getNumOfTensors(), held);
      const grown = process.memoryUsage.rss() - bytes;
      assert.ok(grown < 30e6, `memory grew by ${grown} bytes`);
      assert.deepEqual(readdirSync(folder), []);
      step.dispose();
      model.dispose();
      assert.equal(binding.getNumOfTensors(), tensors);
      assert.equal(binding.getNumOfSavedModels(), graphs);
    } finally {
      if (outer === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = outer;
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves the model as it was', async () => {
    const model = tinyNet();
    const values = () => model.weights.map((weight) => Float32Array.from(weight.read().dataSync()));
    const before = values();
    const tensors = tf.memory().numTensors;
    const step = createGraphStep(model, adam);
    await train(step, 0, 2);
    step.dispose();
    assert.deepEqual(values(), before);
    assert.equal(tf.memory().numTensors, tensors);
    model.dispose();
  });

  it('refuses a layer that draws at random in JavaScript, and one that reads values, with the reason', () => {
    class Reading extends tfl.layers.Layer {
      static readonly className = 'Reading';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        const [input] = [inputs].flat();
        assert.ok(input);
        return tf.mul(input, input.dataSync()[0] ?? 0);
      }
    }
    const random = behind(tfl.layers.dropout({ rate: 0.5 }));
    const tensors = tf.memory().numTensors;
    assert.throws(() => createGraphStep(random, adam), GraphRefusedError);
    assert.throws(() => createGraphStep(random, adam), /drawn at random/);
    assert.equal(tf.memory().numTensors, tensors);
    random.dispose();
    const reading = behind(new Reading({}));
    assert.throws(() => createGraphStep(reading, adam), /reads values/);
    reading.dispose();
  });

  it('leaves nothing behind of a step that fails while it is recorded', () => {
    const model = tinyNet();
    model.calculateLosses = () => {
      throw new Error('no penalty today');
    };
    const tensors = tf.memory().numTensors;
    assert.throws(() => createGraphStep(model, adam), /cannot be made a graph: no penalty today/);
    assert.equal(tf.memory().numTensors, tensors);
    model.dispose();
  });

  it('says how many bytes a batch lacks and which label is none', () => {
    const model = tinyNet();
    const step = createGraphStep(model, adam);
    const clock = { learningRate: 0.01, step: 0 };
    const batch = makeBatch(kind, 0, 4);
    assert.throws(() => step.run({ ...batch, pixels: new Uint8Array(10) }, clock), /768 bytes, and 10 were given/);
    assert.throws(() => step.run({ ...batch, labels: Int32Array.of(0, 1, 3, 0) }, clock), /Label 3 of image 2/);
    step.dispose();
    model.dispose();
  });

  it('takes pixels that lie in shared memory', () => {
    const model = tinyNet();
    const step = createGraphStep(model, adam);
    const { pixels } = makeBatch(kind, 0, 4);
    const shared = new Uint8Array(new SharedArrayBuffer(pixels.length + 64), 5, pixels.length);
    shared.set(pixels);
    assert.deepEqual(step.predict(shared, 4), step.predict(pixels, 4));
    step.dispose();
    model.dispose();
  });

  it('runs in a worker thread while the main thread goes on', async () => {
    const script = join(import.meta.dirname, 'graphInWorker.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    const { first, last, ticks } = JSON.parse(stdout) as { first: number; last: number; ticks: number };
    assert.ok(last < first, `the loss went from ${first} to ${last}`);
    assert.ok(ticks > 0, 'the main thread stood still');
  });
});
