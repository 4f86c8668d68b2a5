import type { EngineDescription } from '../protocol/events.ts';

/** On what an engine computes, to stand behind its name, where there is a choice: nothing on a machine without a GPU. */
export function deviceText({ gpu, gpuUsed }: Pick<EngineDescription, 'gpu' | 'gpuUsed'>): string {
  if (gpu === null) return '';
  return gpuUsed ? ` on ${gpu}` : ' on the processor';
}
