import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/** The WASM backend; throws when it is not the one in use. */
export function wasmBackend(): BackendWasm {
  if (tf.getBackend() !== 'wasm') throw new Error(`The WASM engine is needed, and ${tf.getBackend()} is in use.`);
  return tf.backend() as BackendWasm;
}

/**
 * The values of a float32 tensor where they lie in WASM's memory, to be read or written in place. Only good until the
 * next allocation, which may move the memory: allocate outputs first, then take views.
 */
export function heapView(tensor: tf.TensorInfo): Float32Array {
  const view = wasmBackend().typedArrayFromHeap(tensor);
  if (!(view instanceof Float32Array)) throw new Error(`A float32 tensor is needed, not ${tensor.dtype}.`);
  return view;
}

/** A new float32 tensor with whatever values its memory holds. */
export function allocate(shape: readonly number[]): tf.TensorInfo {
  return wasmBackend().makeOutput([...shape], 'float32');
}
