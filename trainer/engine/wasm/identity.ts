import * as tf from '@tensorflow/tfjs-core';
import { wasmBackend } from './heap.ts';

/**
 * Lets a clone share the memory of what it is a clone of, as on tfjs' other backends. tfjs clones every tensor that it
 * keeps for a gradient, and its WASM kernel copies them.
 */
export function replaceIdentity(backendName: string): void {
  tf.unregisterKernel(tf.Identity, backendName);
  tf.registerKernel({
    kernelName: tf.Identity,
    backendName,
    kernelFunc: ({ inputs }) => {
      const { x } = inputs;
      if (!x) throw new Error('A clone is made of one tensor.');
      wasmBackend().incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
}
