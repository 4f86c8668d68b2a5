import { markerPath, type MarkerForm } from '../charts/markers.ts';
import type { DashboardRun } from '../protocol/dashboard.ts';
import type { Theme } from '../ui/theme.ts';
import { runLabel, runLooks } from './runLooks.ts';

interface LineProps {
  color: string;
  width: number;
  dash: readonly number[];
  form?: MarkerForm;
}

function Line({ color, width, dash, form }: LineProps) {
  return (
    <svg width={32} height={8} aria-hidden="true">
      <path d="M0 4H32" stroke={color} stroke-width={width} stroke-dasharray={dash.join(' ')} fill="none" />
      {form ? <path d={markerPath(form, 16, 4, 4)} fill={color} /> : null}
    </svg>
  );
}

/** Which line is which: colour, dash and points of each run, thin for train and thick for validation. */
export function Legend({ runs, theme }: { runs: readonly DashboardRun[]; theme: Theme }) {
  const looks = runLooks(runs, theme);
  return (
    <ul class="legend" aria-label="Legend">
      {runs.map((run) => {
        const look = looks.get(run.runId);
        return look ? (
          <li key={run.runId}>
            <Line {...look} width={2.5} /> {runLabel(run, runs)}
          </li>
        ) : null;
      })}
      <li class="muted">
        <Line color={theme.muted} width={1} dash={[]} /> train
      </li>
      <li class="muted">
        <Line color={theme.muted} width={2.5} dash={[]} /> validation
      </li>
    </ul>
  );
}
