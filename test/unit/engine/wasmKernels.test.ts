import { strict as assert } from 'node:assert';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { pattern } from './pattern.ts';
import { useBackend } from './useBackend.ts';

type Shape4D = [number, number, number, number];

function values(shape: number[], salt: number): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  // Sixteenths, so that windows hold the same value twice and again.
  return tf.tensor(
    Float32Array.from(pattern(size, salt), (value) => Math.floor(value * 16) / 16 - 0.5),
    shape,
  );
}

/** Runs `compute` on the WASM engine and on tfjs' CPU backend, and compares what they give. */
async function assertSameOnCpu(compute: () => tf.Tensor): Promise<void> {
  const run = () => tf.tidy(() => Float32Array.from(compute().dataSync()));
  await tf.setBackend('wasm');
  const tensors = tf.memory().numTensors;
  const actual = run();
  assert.equal(tf.memory().numTensors, tensors, 'tensors left behind');
  await tf.setBackend('cpu');
  const expected = run();
  await tf.setBackend('wasm');
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    const difference = Math.abs((actual[i] ?? NaN) - value);
    assert.ok(difference <= 1e-5 * Math.max(1, Math.abs(value)), `value ${i} is ${actual[i]}, not ${value}`);
  });
}

const side = fc.integer({ min: 1, max: 9 });
const window = fc.integer({ min: 1, max: 4 });
const channels = fc.integer({ min: 1, max: 4 });
const stride = fc.integer({ min: 1, max: 3 });
const padding = fc.constantFrom<'same' | 'valid'>('same', 'valid');
const shapes = fc
  .tuple(fc.integer({ min: 1, max: 3 }), side, side, channels, channels, window, window, stride, stride, padding)
  .map(([batch, height, width, inner, outer, filterHeight, filterWidth, down, across, pad]) => {
    const x: Shape4D = [batch, height, width, inner];
    const filter: Shape4D = [filterHeight, filterWidth, inner, outer];
    const strides: [number, number] = [down, across];
    return { x, filter, strides, pad };
  })
  .filter(({ x, filter, pad }) => pad === 'same' || (filter[0] <= x[1] && filter[1] <= x[2]));

describe("the WASM engine's faster kernels agree with tfjs' CPU backend", () => {
  before(async function () {
    await useBackend(this, 'wasm');
  });

  it('gradient of a convolution in its input', async () => {
    const property = fc.asyncProperty(shapes, async ({ x, filter, strides, pad }) => {
      const { outShape } = tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad);
      const attributes = { strides, pad, dataFormat: 'NHWC', inputShape: x };
      await assertSameOnCpu(() => {
        const inputs = { dy: values(outShape, 1), filter: values(filter, 2) };
        return tf.engine().runKernel(tf.Conv2DBackpropInput, inputs, attributes);
      });
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('gradient of max pooling', async () => {
    const property = fc.asyncProperty(shapes, async ({ x, filter, strides, pad }) => {
      const filterSize: [number, number] = [filter[0], filter[1]];
      const { outShape } = tf.backend_util.computePool2DInfo(x, filterSize, strides, 1, pad);
      await assertSameOnCpu(() => {
        const input = values(x, 3) as tf.Tensor4D;
        const output = tf.maxPool(input, filterSize, strides, pad);
        const inputs = { dy: values(outShape, 4), input, output };
        return tf.engine().runKernel(tf.MaxPoolGrad, inputs, { filterSize, strides, pad });
      });
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('products of matrices, turned or not, and gradients of both sides', async () => {
    const property = fc.asyncProperty(side, side, side, fc.boolean(), fc.boolean(), async (n, k, m, turnA, turnB) => {
      const a = turnA ? [k, n] : [n, k];
      const b = turnB ? [m, k] : [k, m];
      const product = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, turnA, turnB);
      await assertSameOnCpu(() => product(values(a, 5), values(b, 6)));
      await assertSameOnCpu(() => {
        const loss = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.square(product(x, y)));
        const [da, db] = tf.grads(loss)([values(a, 5), values(b, 6)]);
        assert.ok(da && db);
        return tf.concat([tf.reshape(da, [-1]), tf.reshape(db, [-1])]);
      });
    });
    await fc.assert(property, { numRuns: 50 });
    await assertSameOnCpu(() => tf.matMul(values([2, 3, 4], 7), values([2, 5, 4], 8), false, true));
  });
});
