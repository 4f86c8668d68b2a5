import * as tf from '@tensorflow/tfjs-core';
import { detectGpus } from './gpu.ts';
import { type EngineEnvironmentOptions, engineEnvironment, threadsIn } from './engineEnvironment.ts';
import { findBuild, findNativeParts } from './native/nativeParts.ts';
import type { NativeBuild } from './tensorflowRelease.ts';

export type EngineName = 'native' | 'wasm';
export type EngineChoice = 'auto' | EngineName;

/** The engine that executes tensors in this thread. Always shown to the user. */
export interface Engine {
  name: EngineName;
  /** tfjs' version. */
  tfjs: string;
  /** TensorFlow's version; null for WASM. */
  tensorflow: string | null;
  /** Which build of TensorFlow; null for WASM. */
  build: NativeBuild | null;
  /** Threads that one operation may use. */
  threads: number;
  /** NVIDIA GPUs that the machine has, whether this engine can compute on one, and a sentence for the user. */
  gpu: { seen: string[]; used: boolean; note: string };
  /** Why `auto` did not give the native engine, as a sentence; absent on the native engine and where WASM was asked for. */
  whyNotNative?: string;
}

export interface LoadEngineOptions extends EngineEnvironmentOptions {
  /** Computes on a GPU where there is one and the build for it; absent: on the processor, even with that build. */
  gpu?: boolean | undefined;
  /** A prebuilt addon; absent: the one shipped beside the bundle, else the one that a clone built. */
  addonPath?: string;
  /** Path of the folder with tfjs-backend-wasm's `.wasm` files; absent: beside the bundle, else in node_modules. */
  wasmFolder?: string;
}

let loaded: Promise<Engine> | undefined;

/**
 * Loads the engine and makes it tfjs' backend of this thread. `auto` takes native TensorFlow where it is installed, else
 * WASM, and says why. A thread has one engine: a second call gives the first one's, and throws if another was asked for.
 *
 * @throws Error when the engine asked for cannot be had; the message says what was tried and what to do.
 */
export async function loadEngine(choice: EngineChoice, options: LoadEngineOptions = {}): Promise<Engine> {
  if (loaded) {
    const engine = await loaded;
    if (choice !== 'auto' && choice !== engine.name) {
      throw new Error(`The ${choice} engine was asked for, but this process already uses the ${engine.name} engine.`);
    }
    return engine;
  }
  const loading = load(choice, options);
  loaded = loading;
  loading.catch(() => (loaded = undefined));
  return loading;
}

/** Reads an engine choice as users give it (`UPSIZE_ENGINE`, `--engine`). Throws on anything else. */
export function parseEngineChoice(value: string | undefined): EngineChoice {
  if (value === undefined || value === '') return 'auto';
  if (value === 'auto' || value === 'native' || value === 'wasm') return value;
  throw new Error(`UPSIZE_ENGINE is "${value}"; it must be auto, native or wasm.`);
}

async function load(choice: EngineChoice, options: LoadEngineOptions): Promise<Engine> {
  const gpus = detectGpus();
  if (choice === 'wasm') return await loadWasm(options, gpus);
  const native = await tryNative(options, gpus);
  if (typeof native !== 'string') return native;
  if (choice === 'native') throw new Error(native);
  try {
    return { ...(await loadWasm(options, gpus)), whyNotNative: native };
  } catch (error) {
    throw new Error(
      `No engine can be used. Native: ${native} WASM: ${messageOf(error)} ` +
        'Reinstall Upsize, or run "upsize engine install" with a network at hand.',
      { cause: error },
    );
  }
}

async function tryNative(options: LoadEngineOptions, gpus: string[]): Promise<Engine | string> {
  const hidden = ['', '-1'].includes(process.env.CUDA_VISIBLE_DEVICES ?? 'all');
  const onGpu = options.gpu === true && gpus.length > 0 && !hidden;
  const parts = findNativeParts({ addonPath: options.addonPath, gpu: onGpu });
  if (!parts.found) return parts.reason;
  const { build } = parts.layout;
  Object.assign(process.env, engineEnvironment(options));
  // CUDA reads this when it begins, and then again when it found none.
  if (build === 'gpu' && !onGpu) process.env.CUDA_VISIBLE_DEVICES = '-1';
  try {
    const { loadNativeBackend } = await import('./native/nativeBackend.ts');
    const { tensorflow, usingGpu } = await loadNativeBackend(parts.addon);
    const notUsed = build === 'gpu' && onGpu ? 'refused' : hidden ? 'hidden' : 'notTried';
    return {
      name: 'native',
      tfjs: tf.version_core,
      tensorflow,
      build,
      threads: threadsIn(),
      gpu: { seen: gpus, used: usingGpu, note: gpuNote(gpus, usingGpu ? 'used' : notUsed) },
    };
  } catch (error) {
    return `${parts.addon}: the native engine is installed but could not be loaded (${messageOf(error)}).`;
  }
}

async function loadWasm(options: LoadEngineOptions, gpus: string[]): Promise<Engine> {
  const { loadWasmBackend } = await import('./wasm/wasmBackend.ts');
  await loadWasmBackend(options.wasmFolder);
  return {
    name: 'wasm',
    tfjs: tf.version_core,
    tensorflow: null,
    build: null,
    threads: 1,
    gpu: { seen: gpus, used: false, note: gpuNote(gpus, 'notTried') },
  };
}

/** Which GPUs are seen, whether they are used, and why not. */
function gpuNote(gpus: string[], use: 'used' | 'refused' | 'hidden' | 'notTried'): string {
  if (gpus.length === 0) return 'No NVIDIA GPU seen.';
  const names = gpus.join(', ');
  if (use === 'used') return `${names}: used.`;
  if (use === 'refused') {
    return `${names}: seen, but TensorFlow cannot use it. Its driver may be too old for CUDA 12; with UPSIZE_DEBUG=1 TensorFlow says why.`;
  }
  if (use === 'hidden') return `${names}: seen, not used: CUDA_VISIBLE_DEVICES hides it.`;
  const parts = findBuild('gpu');
  return `${names}: seen, not used: this engine computes on the processor.${parts.found ? '' : ` ${parts.reason}`}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
