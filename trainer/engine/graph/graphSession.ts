import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js';
import { dataTypes, type Output } from './graphDef.ts';

/** A tensor that is fed: its type follows from its array, uint8 for bytes. Only read while the call lasts. */
export interface Feed {
  output: Output;
  shape: readonly number[];
  data: Float32Array | Int32Array | Uint8Array;
}

/** A loaded graph with its variables. Calls block this thread until TensorFlow is done. */
export interface GraphSession {
  /** Feeds tensors, computes what the outputs need, and returns their values, float32 each, in order. */
  run(feeds: readonly Feed[], outputs: readonly Output[]): Float32Array[];
  dispose(): void;
}

/**
 * Loads the contents of a `saved_model.pb` into the native engine. The addon reads folders only, so the file is written
 * into a temporary one, which is gone again when this returns.
 *
 * @throws Error with TensorFlow's words when it refuses the graph.
 */
export function loadGraph(savedModel: Uint8Array): GraphSession {
  const { binding } = tf.backend() as NodeJSKernelBackend;
  const folder = mkdtempSync(join(tmpdir(), 'upsize-graph-'));
  let session: number | undefined;
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModel);
    session = binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const id = session;
  return {
    run(feeds, outputs) {
      const fed: number[] = [];
      try {
        for (const { shape, data } of feeds) fed.push(binding.createTensor([...shape], typeOf(data), data));
        const names = feeds.map(({ output }) => `${output}:0`).join();
        const results = binding.runSavedModel(id, fed, names, outputs.map((output) => `${output}:0`).join());
        try {
          return results.map((result) => {
            const values: unknown = binding.tensorDataSync(result.id);
            if (!(values instanceof Float32Array)) throw new Error('The graph gave something else than float32.');
            return values;
          });
        } finally {
          for (const result of results) binding.deleteTensor(result.id);
        }
      } finally {
        for (const tensor of fed) binding.deleteTensor(tensor);
      }
    },
    dispose: () => binding.deleteSavedModel(id),
  };
}

function typeOf(data: Feed['data']): number {
  if (data instanceof Float32Array) return dataTypes.float32;
  return data instanceof Int32Array ? dataTypes.int32 : dataTypes.uint8;
}
