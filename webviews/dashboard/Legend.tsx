import type { DashboardRun } from '../protocol/dashboard.ts';
import type { Theme } from '../ui/theme.ts';
import { stageIndexOf } from './ladderAxis.ts';
import { runLabel } from './ladderCurves.ts';

/** Which line is which: colour and dash of each stage, thin for train and thick for validation. */
export function Legend({ runs, theme }: { runs: readonly DashboardRun[]; theme: Theme }) {
  const line = (color: string, width: number, dash: number[]) => (
    <svg width={28} height={8} aria-hidden="true">
      <path d="M0 4H28" stroke={color} stroke-width={width} stroke-dasharray={dash.join(' ')} fill="none" />
    </svg>
  );
  return (
    <ul class="legend" aria-label="Legend">
      {runs.map((run) => {
        const { index, stages } = stageIndexOf(runs, run.size);
        return (
          <li key={run.runId}>
            {line(theme.stageColor(index, stages), 2.5, theme.stageDash(index, stages))} {runLabel(run, runs)}
          </li>
        );
      })}
      <li class="muted">{line(theme.muted, 1, [])} train</li>
      <li class="muted">{line(theme.muted, 2.5, [])} validation</li>
    </ul>
  );
}
