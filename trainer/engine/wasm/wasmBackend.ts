import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { codeFolder, runsFromSource } from '../codeFolder.ts';
import { registerFusedGradients } from '../fusedGradients.ts';
import { registerPlainKernels } from '../plainKernels.ts';
import { replaceBatchMatMul } from './batchMatMul.ts';
import { registerBiasAddGrad } from './biasAddGrad.ts';
import { registerConv2DBackpropFilter } from './conv2dBackpropFilter.ts';
import { replaceConv2DBackpropInput } from './conv2dBackpropInput.ts';
import { replaceIdentity } from './identity.ts';
import { replaceMaxPoolGrad } from './maxPoolGrad.ts';
import { registerReluGrad } from './reluGrad.ts';
import { registerUpdateWeight } from './updateWeight.ts';

const wasmFiles = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;

/** Makes WASM tfjs' backend, with its files from `folder`, else from beside the bundle, else from node_modules. */
export async function loadWasmBackend(folder: string = findWasmFolder()): Promise<void> {
  for (const file of wasmFiles) {
    if (!existsSync(join(folder, file)))
      throw new Error(`${join(folder, file)} is missing: the installation is damaged.`);
  }
  wasm.setWasmPaths(Object.fromEntries(wasmFiles.map((file) => [file, join(folder, file)])));
  registerConv2DBackpropFilter('wasm');
  replaceConv2DBackpropInput('wasm');
  replaceMaxPoolGrad('wasm');
  replaceBatchMatMul('wasm');
  replaceIdentity('wasm');
  registerBiasAddGrad('wasm');
  registerReluGrad('wasm');
  registerUpdateWeight('wasm');
  registerPlainKernels('wasm');
  registerFusedGradients();
  const hadListeners = processListeners();
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs refused the WASM backend');
  await tf.ready();
  removeNewListeners(hadListeners);
}

function findWasmFolder(): string {
  if (!runsFromSource()) return join(codeFolder(), 'wasm');
  return dirname(createRequire(join(codeFolder(), 'code.js')).resolve('@tensorflow/tfjs-backend-wasm'));
}

// Emscripten's start-up code rethrows every unhandled error of the process from listeners of its own; whoever runs the
// trainer decides about those.
const events = ['uncaughtException', 'unhandledRejection'] as const;
type Listener = (...values: unknown[]) => void;

function processListeners(): Map<string, Set<Listener>> {
  return new Map(events.map((event) => [event, new Set(process.rawListeners(event) as Listener[])]));
}

function removeNewListeners(before: Map<string, Set<Listener>>): void {
  for (const event of events) {
    for (const listener of process.rawListeners(event) as Listener[]) {
      if (!before.get(event)?.has(listener)) process.off(event, listener);
    }
  }
}
