import * as tf from '@tensorflow/tfjs-core';
import { philox, randomStreams } from '../protocol/random.ts';
import { batchNormGradKernel, batchNormTrainingKernel } from './batchNormTraining.ts';
import { seededUniformKernel } from './drawClock.ts';

/**
 * Registers, for a backend without native ones, the kernels that training needs beyond tfjs' own, written in tfjs' own
 * operations: batch norm in training with its gradient, and seeded random numbers.
 */
export function registerPlainKernels(backendName: string): void {
  const register = (kernelName: string, compute: (inputs: Tensors, attrs: Attrs) => tf.Tensor | tf.Tensor[]) => {
    if (tf.getKernel(kernelName, backendName)) return;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compute(inputs as unknown as Tensors, (attrs ?? {}) as Attrs)),
    });
  };
  register(batchNormTrainingKernel, normalizeBatch);
  register(batchNormGradKernel, normalizeBatchGradient);
  register(seededUniformKernel, ({ key, step }, { shape }) => uniform(shape as number[], valueOf(key), valueOf(step)));
}

type Tensors = Record<string, tf.Tensor | undefined>;
type Attrs = Record<string, unknown>;

function normalizeBatch({ x, scale, offset }: Tensors, { epsilon }: Attrs): tf.Tensor[] {
  if (!x || !scale || !offset) throw new Error('Batch normalisation takes x, scale and offset.');
  const count = x.size / scale.size;
  const mean = tf.mean(x, [0, 1, 2]);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), [0, 1, 2]);
  const inverse = tf.rsqrt(tf.add(variance, Number(epsilon)));
  const y = tf.add(tf.mul(centred, tf.mul(inverse, scale)), offset);
  const unbiased = tf.mul(variance, count > 1 ? count / (count - 1) : 1);
  return [y, mean, unbiased, tf.clone(mean), inverse, tf.scalar(0)];
}

// With n values a channel, x̂ the normalised ones: dx = scale · inverse · (dy − mean(dy) − x̂ · mean(dy · x̂)).
function normalizeBatchGradient({ dy, x, scale, reserve1, reserve2 }: Tensors): tf.Tensor[] {
  if (!dy || !x || !scale || !reserve1 || !reserve2) throw new Error('The gradient of batch norm lacks an input.');
  const count = x.size / scale.size;
  const normalized = tf.mul(tf.sub(x, reserve1), reserve2);
  const dOffset = tf.sum(dy, [0, 1, 2]);
  const dScale = tf.sum(tf.mul(dy, normalized), [0, 1, 2]);
  const spread = tf.add(tf.mul(normalized, tf.div(dScale, count)), tf.div(dOffset, count));
  return [tf.mul(tf.sub(dy, spread), tf.mul(scale, reserve2)), dScale, dOffset];
}

function uniform(shape: number[], key: number, step: number): tf.Tensor {
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
  const words = new Uint32Array(4);
  for (let i = 0; i < values.length; i++) {
    if ((i & 3) === 0) philox(i >>> 2, 0, step, 0, key, randomStreams.dropout, words);
    // 24 bits, which is what a float32 below 1 can hold: 32 would round up to 1.
    values[i] = ((words[i & 3] ?? 0) >>> 8) / 0x100_0000;
  }
  return tf.tensor(values, shape);
}

function valueOf(scalar: tf.Tensor | undefined): number {
  const value = scalar?.dataSync()[0];
  if (value === undefined) throw new Error('Seeded random numbers take a key and a step.');
  return value;
}
