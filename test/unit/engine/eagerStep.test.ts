import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { createEagerStep } from '../../../trainer/engine/eagerStep.ts';
import { SeededDropout } from '../../../trainer/engine/seededDropout.ts';
import type { Batch, NamedArray, OptimizerOptions, TrainStepOptions } from '../../../trainer/engine/trainStep.ts';
import { pattern } from './pattern.ts';
import { useBackend } from './useBackend.ts';

const size = 8;
const count = 4;
const rmsprop: OptimizerOptions = { name: 'rmsprop', rho: 0.9, momentum: 0.5, epsilon: 1e-7 };
const adam: OptimizerOptions = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const options = (optimizer: OptimizerOptions, seed = 1): TrainStepOptions => ({ optimizer, labelSmoothing: 0, seed });

function batch(step: number): Batch {
  return {
    count,
    pixels: Uint8Array.from(pattern(count * size * size * 3, step), (value) => value * 256),
    labels: Int32Array.from(pattern(count, 100 + step), (value) => value * 3),
  };
}

function network(): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.rescaling({ name: 'rescaling', scale: 1 / 255, offset: 0, inputShape: [size, size, 3] }),
      tfl.layers.conv2d({ name: 'conv1', filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
      tfl.layers.batchNormalization({ name: 'batchNorm1' }),
      tfl.layers.maxPooling2d({ name: 'pool1', poolSize: 2 }),
      tfl.layers.conv2d({ name: 'conv2', filters: 4, kernelSize: 3, strides: 2, activation: 'relu' }),
      tfl.layers.flatten({ name: 'flatten' }),
      new SeededDropout({ name: 'dropout', rate: 0.5 }),
      tfl.layers.dense({ name: 'predictions', units: 3, activation: 'softmax' }),
    ],
  });
  tf.tidy(() => {
    model.weights.forEach((weight, index) => {
      const shape = weight.shape.map((length) => length ?? 0);
      const length = shape.reduce((product, side) => product * side, 1);
      if (weight.originalName.endsWith('/kernel')) {
        weight.write(
          tf.tensor(
            Float32Array.from(pattern(length, index), (value) => value - 0.5),
            shape,
          ),
        );
      }
    });
  });
  return model;
}

const hash = (arrays: NamedArray[]) => JSON.stringify(arrays.map(({ name, data }) => [name, [...data]]));

for (const engine of ['native', 'wasm'] as const) {
  describe(`the eager training step on the ${engine} engine`, () => {
    before(async function () {
      await useBackend(this, engine);
    });

    /** Trains a fresh network from step `from` to `to` and gives what a checkpoint holds. */
    async function train(
      from: number,
      to: number,
      { optimizer = rmsprop, seed = 1, start }: { optimizer?: OptimizerOptions; seed?: number; start?: State } = {},
    ): Promise<State> {
      const model = network();
      const step = createEagerStep(model, options(optimizer, seed));
      if (start) {
        step.setWeights(start.weights);
        step.setSlots(start.slots);
      }
      for (let index = from; index < to; index++) await step.run(batch(index), { learningRate: 0.01, step: index });
      const state = { weights: step.getWeights(), slots: step.getSlots() };
      step.dispose();
      model.dispose();
      return state;
    }
    interface State {
      weights: NamedArray[];
      slots: NamedArray[];
    }

    for (const optimizer of [rmsprop, adam]) {
      it(`continues from weights and slots to the very weights of an unbroken run (${optimizer.name})`, async () => {
        const unbroken = await train(0, 6, { optimizer });
        const resumed = await train(3, 6, { optimizer, start: await train(0, 3, { optimizer }) });
        assert.equal(hash(resumed.weights), hash(unbroken.weights));
        assert.equal(hash(resumed.slots), hash(unbroken.slots));
        assert.notEqual(hash((await train(0, 3, { optimizer })).weights), hash(unbroken.weights));
      });
    }

    it('draws dropout by seed and step alone', async () => {
      const once = hash((await train(0, 2)).weights);
      assert.equal(hash((await train(0, 2)).weights), once);
      assert.notEqual(hash((await train(0, 2, { seed: 2 })).weights), once);
    });

    it('drops the share of values that the rate says, others each step and layer, and scales the rest', async () => {
      const masks: number[][] = [];
      for (const name of ['dropoutA', 'dropoutB']) {
        for (const stepNumber of [0, 1]) {
          const input = tfl.input({ shape: [size, size, 3] });
          const flat = tfl.layers.flatten().apply(input) as tfl.SymbolicTensor;
          const dropped = new SeededDropout({ name, rate: 0.25 }).apply(flat) as tfl.SymbolicTensor;
          const output = tfl.layers.dense({ units: 2, activation: 'softmax' }).apply(dropped) as tfl.SymbolicTensor;
          const model = tfl.model({ inputs: input, outputs: output });
          // From a kernel of zeros, only what was kept moves it.
          const step = createEagerStep(model, options({ name: 'sgd', momentum: 0, nesterov: false }));
          const shape = [size * size * 3, 2];
          const kernel = step.getWeights()[0]?.name ?? '';
          step.setWeights([{ name: kernel, shape, data: new Float32Array(size * size * 6) }]);
          const pixels = new Uint8Array(size * size * 3).fill(255);
          await step.run({ count: 1, pixels, labels: Int32Array.of(0) }, { learningRate: 1, step: stepNumber });
          const trained = step.getWeights()[0]?.data;
          masks.push(Array.from({ length: size * size * 3 }, (_, i) => (trained?.[2 * i] === 0 ? 0 : 1)));
          step.dispose();
          model.dispose();
        }
      }
      for (const mask of masks) {
        const kept = mask.reduce((sum, value) => sum + value, 0) / mask.length;
        assert.ok(kept > 0.63 && kept < 0.87, `kept ${kept} of 0.75`);
      }
      assert.equal(new Set(masks.map((mask) => mask.join(''))).size, 4);
    });

    it('gives frozen weights no gradient work at all', async () => {
      const kernelsOf = async (frozen: string[]) => {
        const model = network();
        for (const layer of model.layers) if (frozen.includes(layer.name)) layer.trainable = false;
        const step = createEagerStep(model, options(rmsprop));
        const { kernels } = await tf.profile(() => {
          void step.run(batch(0), { learningRate: 0.01, step: 0 });
        });
        step.dispose();
        model.dispose();
        return kernels.map(({ name }) => name);
      };
      const filterGradients = (names: string[]) => names.filter((name) => name === tf.Conv2DBackpropFilter).length;
      const poolGradients = (names: string[]) => names.filter((name) => name === tf.MaxPoolGrad).length;
      const all = await kernelsOf([]);
      const some = await kernelsOf(['conv1', 'batchNorm1']);
      assert.equal(filterGradients(all) - filterGradients(some), 1);
      assert.deepEqual(
        [poolGradients(all), poolGradients(some)],
        [1, 0],
        'nothing flows back below the last trained layer',
      );
    });

    it('predicts without dropout, whatever was trained before', async () => {
      const model = network();
      const step = createEagerStep(model, options(rmsprop));
      const { pixels } = batch(9);
      const first = await step.predict(pixels, count);
      assert.deepEqual(await step.predict(pixels, count), first);
      assert.deepEqual((await step.predict(pixels, 1)).length, 3);
      for (let i = 0; i < count; i++) {
        const sum = first.slice(3 * i, 3 * i + 3).reduce((total, value) => total + value, 0);
        assert.ok(Math.abs(sum - 1) < 1e-5);
      }
      step.dispose();
      model.dispose();
    });

    it('says what batch norm is given for a batch, and changes nothing', async () => {
      const model = network();
      const step = createEagerStep(model, options(rmsprop));
      const { pixels } = batch(9);
      const before = hash(step.getWeights());
      const statistics = await step.batchStatistics(pixels, count);
      assert.equal(hash(step.getWeights()), before);
      const expected = tf.tidy(() => {
        const images = tf.tensor4d(new Float32Array(pixels), [count, size, size, 3]);
        const given = tfl.model({
          inputs: model.inputs,
          outputs: model.getLayer('conv1').output,
        });
        const { mean, variance } = tf.moments(given.predict(images) as tf.Tensor, [0, 1, 2]);
        return [...mean.dataSync(), ...variance.dataSync()];
      });
      assert.deepEqual(
        statistics.map(({ name, shape }) => [name, ...shape]),
        [
          ['batchNorm1/moving_mean', 4],
          ['batchNorm1/moving_variance', 4],
        ],
      );
      statistics
        .flatMap(({ data }) => [...data])
        .forEach((value, index) => assert.ok(Math.abs(value - (expected[index] ?? NaN)) < 1e-5));
      step.dispose();
      model.getLayer('batchNorm1').trainable = false;
      const frozen = createEagerStep(model, options(rmsprop));
      assert.deepEqual(await frozen.batchStatistics(pixels, count), [], 'frozen statistics stay');
      frozen.dispose();
      model.dispose();
    });

    it('counts the images with their class on top as training saw them', async () => {
      const input = tfl.input({ shape: [size, size, 3] });
      const pooled = tfl.layers.globalAveragePooling2d({ name: 'pool' }).apply(input) as tfl.SymbolicTensor;
      const dense = tfl.layers.dense({ name: 'predictions', units: 3, activation: 'softmax' });
      const model = tfl.model({ inputs: input, outputs: dense.apply(pooled) as tfl.SymbolicTensor });
      const step = createEagerStep(model, options(rmsprop));
      // Class = brightest channel: the kernel is the unit matrix.
      step.setWeights([
        { name: 'predictions/kernel', shape: [3, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) },
      ]);
      const pixels = new Uint8Array(3 * size * size * 3);
      pixels.forEach((_, index) => {
        const image = Math.floor(index / (size * size * 3));
        pixels[index] = index % 3 === image ? 200 : 10;
      });
      const labels = Int32Array.of(0, 1, 0);
      assert.equal((await step.run({ count: 3, pixels, labels }, { learningRate: 0, step: 0 })).correct, 2);
      step.dispose();
      model.dispose();
    });

    it('leaves nothing behind of a step that fails', async () => {
      const model = network();
      const step = createEagerStep(model, options(rmsprop));
      model.calculateLosses = () => {
        throw new Error('no penalty today');
      };
      const tensors = tf.memory().numTensors;
      await assert.rejects(async () => step.run(batch(0), { learningRate: 0.01, step: 0 }), /no penalty today/);
      assert.equal(tf.memory().numTensors, tensors);
      step.dispose();
      model.dispose();
    });

    it('names what is wrong with weights, labels, pixels or a model', async () => {
      const model = network();
      const step = createEagerStep(model, options(rmsprop));
      const clock = { learningRate: 0.01, step: 0 };
      assert.throws(
        () => step.setWeights([{ name: 'conv9/kernel', shape: [1], data: new Float32Array(1) }]),
        /conv9\/kernel/,
      );
      const misshapen = { name: 'conv1/bias', shape: [3], data: new Float32Array(3) };
      assert.throws(() => step.setWeights([misshapen]), /conv1\/bias.*\[4\].*\[3\]|conv1\/bias.*\[3\].*\[4\]/);
      const run = async (given: Batch) => step.run(given, clock);
      await assert.rejects(
        run({ ...batch(0), labels: Int32Array.of(0, 1, 3, 0) }),
        /Label 3 of image 2 is not one of 3/,
      );
      await assert.rejects(
        run({ ...batch(0), pixels: new Uint8Array(10) }),
        /4 images of 8 × 8 pixels are 768 bytes, and 10/,
      );
      step.dispose();
      model.dispose();
      const noSoftmax = tfl.sequential({
        layers: [tfl.layers.flatten({ inputShape: [size, size, 3] }), tfl.layers.dense({ name: 'out', units: 3 })],
      });
      const refused = createEagerStep(noSoftmax, options(rmsprop));
      await assert.rejects(
        async () => refused.run(batch(0), clock),
        /ends in out \(Dense\); a classifier must end in softmax/,
      );
      refused.dispose();
      noSoftmax.dispose();
    });
  });
}
