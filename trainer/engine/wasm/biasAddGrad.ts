import * as tf from '@tensorflow/tfjs-core';
import { biasAddGradKernel } from '../fusedGradients.ts';
import { allocate, heapView } from './heap.ts';

/** Registers the gradient of a bias as one pass over `dy`, where tfjs transposes it before it sums. */
export function registerBiasAddGrad(backendName: string): void {
  if (tf.getKernel(biasAddGradKernel, backendName)) return;
  tf.registerKernel({
    kernelName: biasAddGradKernel,
    backendName,
    kernelFunc: ({ inputs }) => {
      if (!inputs.dy) throw new Error('The gradient of a bias takes dy.');
      return biasAddGrad(inputs.dy);
    },
  });
}

function biasAddGrad(dy: tf.TensorInfo): tf.TensorInfo {
  const channels = dy.shape.at(-1) ?? 1;
  const result = allocate([channels]);
  const values = heapView(dy);
  // Doubles: a sum over a hundred thousand pixels loses digits in single precision.
  const sums = new Float64Array(channels);
  for (let at = 0; at < values.length; at += channels) {
    for (let channel = 0; channel < channels; channel++)
      sums[channel] = (sums[channel] ?? 0) + (values[at + channel] ?? 0);
  }
  heapView(result).set(sums);
  return result;
}
