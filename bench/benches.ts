import type { Bench } from './bench.ts';

/** All benchmarks, by name; each is loaded when it is run. */
export const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  'train-step': async () => (await import('./train-step.ts')).trainStepBench,
};
