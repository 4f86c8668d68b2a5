import type { DashboardRun, RunChange } from '../protocol/dashboard.ts';

/** Runs after one of them changed or came: of its epochs only those from `epochsFrom` on travel. The runs before stay as they were. */
export function applyRunChange(
  runs: readonly DashboardRun[],
  { run, epochsFrom }: Pick<RunChange, 'run' | 'epochsFrom'>,
): DashboardRun[] {
  const before = runs.find(({ runId }) => runId === run.runId);
  const whole = { ...run, epochs: [...(before?.epochs.slice(0, epochsFrom) ?? []), ...run.epochs] };
  return before ? runs.map((one) => (one === before ? whole : one)) : [...runs, whole];
}
