/** Where a run can be. `interrupted` is never written: it is what readers call a run whose process is gone before its end. */
export const runStates = [
  'queued',
  'preparing',
  'running',
  'evaluating',
  'completed',
  'stopped',
  'interrupted',
  'failed',
] as const;
export type RunState = (typeof runStates)[number];

/** Whether a run in this state may still change by itself. */
export function isLive(state: RunState): boolean {
  return state === 'queued' || state === 'preparing' || state === 'running' || state === 'evaluating';
}
