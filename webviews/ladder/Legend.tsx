import { LineSign } from '../charts/LineSign.tsx';
import type { DashboardRun } from '../protocol/dashboard.ts';
import type { Theme } from '../ui/theme.ts';
import { runLabel, runLooks } from './runLooks.ts';

/** Which line is which: colour, dash and points of each run, thin for train and thick for validation. */
export function Legend({ runs, theme }: { runs: readonly DashboardRun[]; theme: Theme }) {
  const looks = runLooks(runs, theme);
  return (
    <ul class="legend" aria-label="Legend">
      {runs.map((run) => {
        const look = looks.get(run.runId);
        return look ? (
          <li key={run.runId}>
            <LineSign {...look} width={2.5} /> {runLabel(run, runs)}
          </li>
        ) : null;
      })}
      <li class="muted">
        <LineSign color={theme.muted} width={1} dash={[]} /> train
      </li>
      <li class="muted">
        <LineSign color={theme.muted} width={2.5} dash={[]} /> validation
      </li>
    </ul>
  );
}
