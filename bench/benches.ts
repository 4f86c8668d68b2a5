import type { Bench } from './bench.ts';

/** All benchmarks, by name; each is loaded when it is run. */
export const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  'train-step': async () => (await import('./train-step.ts')).trainStepBench,
  'gpu-step': async () => (await import('./gpuStep.ts')).gpuStepBench,
  'wasm-step': async () => (await import('./wasmStep.ts')).wasmStepBench,
  decode: async () => (await import('./decode.ts')).decodeBench,
  input: async () => (await import('./input.ts')).inputBench,
  ladder: async () => (await import('./ladder.ts')).ladderBench,
  'larger-than-memory': async () => (await import('./largerThanMemory.ts')).largerThanMemoryBench,
  hover: async () => (await import('./hover.ts')).hoverBench,
  activation: async () => (await import('./activation.ts')).activationBench,
  checkpoint: async () => (await import('./checkpoint.ts')).checkpointBench,
  panels: async () => (await import('./panels.ts')).panelsBench,
  'run-store': async () => (await import('./runStore.ts')).runStoreBench,
};
