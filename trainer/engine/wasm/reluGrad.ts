import * as tf from '@tensorflow/tfjs-core';
import { reluGradKernel } from '../fusedGradients.ts';
import { allocate, heapView } from './heap.ts';

/** Registers the gradient of ReLU as one pass, where tfjs makes a mask and multiplies by it. */
export function registerReluGrad(backendName: string): void {
  if (tf.getKernel(reluGradKernel, backendName)) return;
  tf.registerKernel({
    kernelName: reluGradKernel,
    backendName,
    kernelFunc: ({ inputs }) => {
      const { dy, y } = inputs;
      if (!dy || !y) throw new Error('The gradient of ReLU takes dy and y.');
      const result = allocate(y.shape);
      const [from, outputs, to] = [heapView(dy), heapView(y), heapView(result)];
      for (let i = 0; i < to.length; i++) to[i] = (outputs[i] ?? 0) > 0 ? (from[i] ?? 0) : 0;
      return result;
    },
  });
}
