import { markerForms, type MarkerForm } from '../charts/markers.ts';
import type { DashboardRun } from '../protocol/dashboard.ts';
import { stageDashes } from '../ui/colors.ts';
import type { Theme } from '../ui/theme.ts';

/** The place of a run's size among the sizes of its ladder, planned ones too: what decides its colour in every view. */
export function stageOf(run: Pick<DashboardRun, 'size' | 'ladderSizes'>): { index: number; stages: number } {
  const sizes = [...new Set([...run.ladderSizes, run.size])].sort((a, b) => a - b);
  return { index: sizes.indexOf(run.size), stages: sizes.length };
}

/**
 * Name of a run: its size, its own name, or its number where it shares the size with others of its ladder; and the ladder
 * where those that it stands among come from several.
 */
export function runLabel(run: DashboardRun, runs: readonly DashboardRun[]): string {
  const own = run.name !== null ? ` ${run.name}` : run.twin === null ? '' : ` #${run.twin}`;
  const several = runs.some(({ ladderId }) => ladderId !== run.ladderId);
  return `${run.size}${own}${several ? `, ${run.ladder}` : ''}`;
}

/** How a run's curves are drawn. */
export interface RunLook {
  color: string;
  dash: number[];
  form: MarkerForm;
}

/**
 * How each run is drawn: in the colour of its stage, and with the dash of its stage where no run of that size or colour has
 * it already. So branches, and stages of other ladders, can be told apart.
 */
export function runLooks(runs: readonly DashboardRun[], theme: Pick<Theme, 'stageColor'>): Map<string, RunLook> {
  const looks = new Map<string, RunLook>();
  const drawn: { size: number; look: RunLook }[] = [];
  for (const run of runs) {
    const { index, stages } = stageOf(run);
    const color = theme.stageColor(index, stages);
    const near = drawn.filter(({ size, look }) => size === run.size || look.color === color);
    const dashes = stageDashes(index, stages);
    const free = dashes.find((dash) => !near.some(({ look }) => String(look.dash) === String(dash)));
    const look = {
      color,
      dash: free ?? dashes[near.length % dashes.length] ?? [],
      form: markerForms[near.length % markerForms.length] ?? 'circle',
    };
    drawn.push({ size: run.size, look });
    looks.set(run.runId, look);
  }
  return looks;
}
