import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../../../trainer/engine/batchNormTraining.ts';
import { pattern } from './pattern.ts';
import { useBackend } from './useBackend.ts';

function values(shape: number[], salt: number): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from(pattern(size, salt), (value) => value - 0.5),
    shape,
  );
}

function assertClose(actual: tf.Tensor, expected: ArrayLike<number>, tolerance: number): void {
  const data = actual.dataSync();
  assert.equal(data.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [data[i] ?? NaN, expected[i] ?? NaN];
    assert.ok(Math.abs(a - b) <= tolerance, `value ${i} is ${a}, not ${b}`);
  }
}

for (const engine of ['native', 'wasm'] as const) {
  describe(`gradients that Upsize replaces, on the ${engine} engine`, () => {
    before(async function () {
      await useBackend(this, engine);
    });

    it('ReLU passes the gradient where its input was positive', () => {
      tf.tidy(() => {
        const x = values([3, 5, 7], 1);
        const dy = values([3, 5, 7], 2);
        const gradient = tf.grad((input) => tf.sum(tf.mul(tf.relu(input), dy)))(x);
        const [inputs, dys] = [x.dataSync(), dy.dataSync()];
        assertClose(
          gradient,
          Array.from(dys, (value, i) => ((inputs[i] ?? 0) > 0 ? value : 0)),
          0,
        );
      });
    });

    for (const shape of [
      [4, 3],
      [2, 5, 4, 3],
    ]) {
      it(`the gradient of a bias is the sum over all but the last axis, for rank ${shape.length}`, () => {
        tf.tidy(() => {
          const x = values(shape, 3);
          const bias = values([3], 4);
          const dy = values(shape, 5);
          const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(tf.add(a, b), dy));
          const [dx, dBias] = tf.grads(loss)([x, bias]);
          assert.ok(dx && dBias);
          assertClose(dx, dy.dataSync(), 0);
          const expected = [0, 0, 0];
          dy.dataSync().forEach((value, i) => (expected[i % 3] = (expected[i % 3] ?? 0) + value));
          assertClose(dBias, expected, 1e-5);
        });
      });
    }

    it('adding tensors of one shape, or the bias first, keeps its own gradient', () => {
      tf.tidy(() => {
        const [x, y, bias] = [values([4, 3], 1), values([4, 3], 2), values([3], 3)];
        const sum = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(tf.add(a, b), y));
        const [dx] = tf.grads(sum)([x, y]);
        assert.ok(dx);
        assertClose(dx, y.dataSync(), 1e-6);
        const [dBias] = tf.grads(sum)([bias, x]);
        assert.deepEqual(dBias?.shape, [3]);
      });
    });

    for (const shape of [
      [6, 3],
      [2, 3, 4, 3],
    ]) {
      it(`batch norm has the gradient that tfjs finds through the moments, for rank ${shape.length}`, () => {
        tf.tidy(() => {
          const x = values(shape, 6);
          const [scale, offset, dy] = [values([3], 7), values([3], 8), values(shape, 9)];
          const axes = shape.slice(1).map((_, i) => i);
          const plain = (a: tf.Tensor, g: tf.Tensor, b: tf.Tensor) => {
            const mean = tf.mean(a, axes);
            const variance = tf.mean(tf.square(tf.sub(a, mean)), axes);
            const y = tf.add(tf.mul(tf.mul(tf.sub(a, mean), tf.rsqrt(tf.add(variance, 1e-3))), g), b);
            return tf.sum(tf.mul(y, dy));
          };
          const fused = (a: tf.Tensor, g: tf.Tensor, b: tf.Tensor) =>
            tf.sum(tf.mul(batchNormTraining(a, g, b, 1e-3).y, dy));
          const expected = tf.grads(plain)([x, scale, offset]);
          tf.grads(fused)([x, scale, offset]).forEach((gradient, i) => {
            assertClose(gradient, expected[i]?.dataSync() ?? [], 2e-5);
          });
          const { mean, variance } = batchNormTraining(x, scale, offset, 1e-3);
          assertClose(mean, tf.mean(x, axes).dataSync(), 1e-6);
          assertClose(variance, tf.mean(tf.square(tf.sub(x, tf.mean(x, axes))), axes).dataSync(), 1e-6);
        });
      });
    }
  });
}
