import * as z from 'zod';

/** Where a run is. `interrupted` is never written: it is what readers call a run whose process is gone before its end. */
export const runStateSchema = z.enum([
  'queued',
  'preparing',
  'running',
  'evaluating',
  'completed',
  'stopped',
  'interrupted',
  'failed',
]);
export type RunState = z.infer<typeof runStateSchema>;

/** Whether a run in this state may still change by itself. */
export function isLive(state: RunState): boolean {
  return state === 'queued' || state === 'preparing' || state === 'running' || state === 'evaluating';
}
