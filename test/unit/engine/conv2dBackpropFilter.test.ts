import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { z } from 'zod';
import { pattern } from './pattern.ts';
import { useBackend } from './useBackend.ts';

type Shape4D = [number, number, number, number];
const shape4D = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const recording = z.object({
  cases: z.array(
    z.object({
      x: shape4D,
      filter: shape4D,
      strides: z.tuple([z.number(), z.number()]),
      padding: z.enum(['same', 'valid']),
      dy: shape4D,
      gradient: z.array(z.number()),
    }),
  ),
});

const fixture = join(import.meta.dirname, '..', '..', 'fixtures', 'keras', 'filterGradients.json');
const { cases } = recording.parse(JSON.parse(readFileSync(fixture, 'utf8')));

function values(shape: Shape4D, salt: number): tf.Tensor4D {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor4d(
    Float32Array.from(pattern(size, salt), (value) => value - 0.5),
    shape,
  );
}

function gradient(
  x: Shape4D,
  dy: Shape4D,
  filterShape: Shape4D,
  strides: [number, number],
  pad: 'same' | 'valid' | number,
  salts: [number, number],
): Float32Array {
  return tf.tidy(() => {
    const inputs = { x: values(x, salts[0]), dy: values(dy, salts[1]) };
    const attributes = { strides, pad, dataFormat: 'NHWC', filterShape };
    const result = tf.engine().runKernel(tf.Conv2DBackpropFilter, inputs, attributes);
    assert.ok(result instanceof tf.Tensor);
    return Float32Array.from(result.dataSync());
  });
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, relative: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] ?? NaN, expected[i] ?? NaN];
    assert.ok(Math.abs(a - b) <= relative * Math.max(1, Math.abs(b)), `value ${i} is ${a}, not ${b}`);
  }
}

describe('the filter gradient that the WASM engine lacks', () => {
  before(async function () {
    await useBackend(this, 'wasm');
  });

  cases.forEach((recorded, index) => {
    const { x, filter, strides, padding, dy } = recorded;
    it(`agrees with TensorFlow for ${x.join('×')} by ${filter.join('×')}, strides ${strides.join()}, ${padding}`, () => {
      const actual = gradient(x, dy, filter, strides, padding, [10 * index + 1, 10 * index + 3]);
      assertClose(actual, recorded.gradient, 1e-5);
    });
  });

  it("agrees with tfjs' CPU backend over generated shapes", async () => {
    const side = fc.integer({ min: 1, max: 9 });
    const window = fc.integer({ min: 1, max: 4 });
    const channels = fc.integer({ min: 1, max: 4 });
    const stride = fc.integer({ min: 1, max: 3 });
    const pad = fc.constantFrom<'same' | 'valid' | 0 | 1 | 2>('same', 'valid', 0, 1, 2);
    const shapes = fc
      .tuple(fc.integer({ min: 1, max: 3 }), side, side, window, window, channels, channels, stride, stride, pad)
      .map(([batch, height, width, filterHeight, filterWidth, inner, outer, down, across, padding]) => {
        const x: Shape4D = [batch, height, width, inner];
        const filter: Shape4D = [filterHeight, filterWidth, inner, outer];
        const strides: [number, number] = [down, across];
        return { x, filter, strides, padding };
      })
      .filter(({ x, filter, strides, padding }) => {
        if (padding === 'same') return true;
        // tfjs works out numeric padding by height alone, so there only squares make sense.
        const isSquare = filter[0] === filter[1] && strides[0] === strides[1];
        if (padding !== 'valid' && !isSquare) return false;
        const room = padding === 'valid' ? 0 : 2 * padding;
        return filter[0] <= x[1] + room && filter[1] <= x[2] + room;
      });
    const check = fc.asyncProperty(shapes, async ({ x, filter, strides, padding }) => {
      const { outShape } = tf.backend_util.computeConv2DInfo(x, filter, strides, 1, padding, 'floor');
      const run = () => gradient(x, outShape, filter, strides, padding, [1, 2]);
      const actual = run();
      await tf.setBackend('cpu');
      const expected = run();
      await tf.setBackend('wasm');
      assertClose(actual, expected, 1e-5);
    });
    await fc.assert(check, { numRuns: 150 });
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    gradient([1, 5, 5, 2], [1, 3, 3, 2], [2, 2, 2, 2], [2, 2], 'same', [1, 2]);
    assert.equal(tf.memory().numTensors, before);
  });
});
