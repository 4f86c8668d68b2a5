import * as tf from '@tensorflow/tfjs-core';

/**
 * Kernel: batch norm in training. Inputs x `[batch, height, width, channels]`, scale, offset `[channels]`; attribute
 * `epsilon`; outputs y, mean, variance (unbiased) `[channels]` and three reserves for the gradient.
 */
export const batchNormTrainingKernel = 'UpsizeBatchNormTraining';
/** Kernel: its gradient. Inputs dy, x, scale, reserve1 to 3; outputs the gradients of x, scale and offset. */
export const batchNormGradKernel = 'UpsizeBatchNormGrad';

/** A normalised batch with the statistics it was normalised by: mean and biased variance, `[channels]`. */
export interface NormalizedBatch {
  y: tf.Tensor;
  mean: tf.Tensor;
  variance: tf.Tensor;
}

/**
 * Batch normalisation in training over all axes but the last (Ioffe and Szegedy 2015), with a gradient of its own where
 * tfjs differentiates through the moments. `x` is float32 of rank 2 or 4, `scale` and `offset` `[channels]`. The
 * statistics carry no gradient.
 */
export function batchNormTraining(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, epsilon: number): NormalizedBatch {
  registerGradient();
  const channels = x.shape.at(-1) ?? 1;
  const count = x.size / channels;
  const x4d = x.rank === 4 ? x : tf.reshape(x, [count, 1, 1, channels]);
  const outputs: unknown = tf.engine().runKernel(batchNormTrainingKernel, { x: x4d, scale, offset }, { epsilon });
  const [y, mean, unbiased] = outputs as tf.Tensor[];
  if (!y || !mean || !unbiased) throw new Error('Batch normalisation gave too few outputs.');
  // Keras keeps the biased variance in its moving average (keras.ops.moments); TensorFlow's operation gives the other.
  return { y: tf.reshape(y, x.shape), mean, variance: tf.mul(unbiased, count > 1 ? (count - 1) / count : 1) };
}

let registered = false;

function registerGradient(): void {
  if (registered) return;
  registered = true;
  tf.registerGradient({
    kernelName: batchNormTrainingKernel,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc(dys, saved, attrs) {
      const [x, scale, reserve1, reserve2, reserve3] = saved;
      const dy = Array.isArray(dys) ? dys[0] : dys;
      if (!dy || !x || !scale || !reserve1 || !reserve2 || !reserve3) throw new Error('Too few tensors were saved.');
      const inputs = { dy, x, scale, reserve1, reserve2, reserve3 };
      const outputs: unknown = tf.engine().runKernel(batchNormGradKernel, inputs, attrs);
      const [dx, dScale, dOffset] = outputs as tf.Tensor[];
      if (!dx || !dScale || !dOffset) throw new Error('The gradient of batch normalisation gave too few outputs.');
      return { x: () => dx, scale: () => dScale, offset: () => dOffset };
    },
  });
}
