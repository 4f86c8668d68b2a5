import { strict as assert } from 'node:assert';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { makeOptimizer, updateWeightKernel } from '../../../trainer/engine/optimizers.ts';
import type { OptimizerOptions } from '../../../trainer/engine/trainStep.ts';
import { pattern } from './pattern.ts';
import { useBackend } from './useBackend.ts';

const shape = [3, 5];
const values = (salt: number) => Float32Array.from(pattern(15, salt), (value) => value - 0.5);

/** Weight and slots after five updates on a backend. */
async function updated(backend: 'wasm' | 'cpu', options: OptimizerOptions): Promise<number[][]> {
  await tf.setBackend(backend);
  const variable = tf.tidy(() => tf.variable(tf.tensor(values(1), shape)));
  const optimizer = makeOptimizer(options, [{ name: 'kernel', variable }]);
  const tensors = tf.memory().numTensors;
  for (let step = 0; step < 5; step++) {
    const gradient = tf.tensor(values(10 + step), shape);
    optimizer.apply([gradient], 0.01);
    gradient.dispose();
  }
  assert.equal(tf.memory().numTensors, tensors, 'tensors left behind');
  const after = [variable, ...optimizer.slots.values()].map((tensor) => [...tensor.dataSync()]);
  optimizer.dispose();
  variable.dispose();
  return after;
}

describe("the WASM engine's update of a weight in one pass agrees with the operations of tfjs", () => {
  before(async function () {
    await useBackend(this, 'wasm');
  });
  after(() => tf.setBackend('wasm'));

  const rmsprop = { name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7 } as const;
  const sgd = { name: 'sgd', momentum: 0, nesterov: false } as const;
  const cases: OptimizerOptions[] = [
    sgd,
    { ...sgd, momentum: 0.9 },
    { ...sgd, momentum: 0.9, nesterov: true },
    rmsprop,
    { ...rmsprop, momentum: 0.5 },
    { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  ];
  for (const options of cases) {
    it(Object.values(options).join(' '), async () => {
      assert.ok(tf.getKernel(updateWeightKernel, 'wasm'));
      const [actual, expected] = [await updated('wasm', options), await updated('cpu', options)];
      assert.equal(actual.length, expected.length);
      expected.flat().forEach((value, i) => {
        const difference = Math.abs((actual.flat()[i] ?? NaN) - value);
        assert.ok(difference <= 1e-6, `value ${i} is ${actual.flat()[i]}, not ${value}`);
      });
    });
  }
});
