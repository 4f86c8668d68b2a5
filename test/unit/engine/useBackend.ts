import type { Context } from 'mocha';
import * as tf from '@tensorflow/tfjs-core';
import type { EngineName } from '../../../trainer/engine/loadEngine.ts';
import { engineEnvironment } from '../../../trainer/engine/engineEnvironment.ts';
import { findNativeParts } from '../../../trainer/engine/native/nativeParts.ts';
import { loadNativeBackend, nativeBackendName } from '../../../trainer/engine/native/nativeBackend.ts';
import { loadWasmBackend } from '../../../trainer/engine/wasm/wasmBackend.ts';

let native: Promise<unknown> | undefined;
let wasm: Promise<unknown> | undefined;

/** Makes an engine the backend of this process, for a `before`; skips the suite, by name, where it is not installed. */
export async function useBackend(suite: Context, name: EngineName): Promise<void> {
  if (name === 'wasm') {
    wasm ??= loadWasmBackend();
    await wasm;
    await tf.setBackend('wasm');
    return;
  }
  const parts = findNativeParts();
  if (!parts.found) return suite.skip();
  Object.assign(process.env, engineEnvironment({}));
  native ??= loadNativeBackend(parts.addon);
  await native;
  await tf.setBackend(nativeBackendName);
}
