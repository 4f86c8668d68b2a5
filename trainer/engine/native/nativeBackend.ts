import { constants } from 'node:os';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { registerFusedGradients } from '../fusedGradients.ts';
import { registerNativeKernels } from './nativeKernels.ts';

/** The name under which tfjs-node's kernels are registered. */
export const nativeBackendName = 'tensorflow';

const addonExports = z.looseObject({
  TF_Version: z.string(),
  isUsingGpuDevice: z.custom<() => boolean>((value) => typeof value === 'function'),
  executeOp: z.custom<(...values: unknown[]) => unknown>((value) => typeof value === 'function'),
});

/**
 * RTLD_NODELETE, which Node does not name: the libraries stay when the thread that loaded them ends. Unloaded, they crashed the
 * process at its end wherever nothing had been computed, such as a run that fails right after the engine was loaded.
 */
const keepLoaded = process.platform === 'darwin' ? 0x80 : 0x1000;

/**
 * Loads the addon and makes native TensorFlow tfjs' backend. tfjs-node's own index is left out: it looks for the addon
 * inside its package folder, by way of an installer.
 *
 * One thread of a process may do this: the addon keeps one TensorFlow context for all threads.
 */
export async function loadNativeBackend(addon: string): Promise<{ tensorflow: string; usingGpu: boolean }> {
  restoreRemovedUtil();
  const module = { exports: {} };
  process.dlopen(module, addon, constants.dlopen.RTLD_NOW | keepLoaded);
  const binding = addonExports.parse(module.exports);
  const [{ NodeJSKernelBackend }] = await Promise.all([
    import('@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js'),
    import('@tensorflow/tfjs-node/dist/register_all_kernels.js'),
  ]);
  // The addon's own object, not zod's copy of it: its methods are looked up on it by the backend.
  const backend = new NodeJSKernelBackend(
    module.exports as ConstructorParameters<typeof NodeJSKernelBackend>[0],
    'upsize',
  );
  registerNativeKernels();
  registerFusedGradients();
  tf.registerBackend(nativeBackendName, () => backend, 3);
  if (!(await tf.setBackend(nativeBackendName))) throw new Error('tfjs refused the TensorFlow backend');
  await tf.ready();
  return { tensorflow: binding.TF_Version, usingGpu: binding.isUsingGpuDevice() };
}

/**
 * Node 23 removed a type check that tfjs-node 4.22 calls (tensorflow/tfjs#8609), and earlier versions warn of another on
 * the user's terminal.
 */
function restoreRemovedUtil(): void {
  const checks: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, check] of Object.entries(checks)) {
    Object.defineProperty(util, name, { value: check, configurable: true, writable: true });
  }
}
