import type { DashboardRun } from '../protocol/dashboard.ts';

/** What the horizontal axis counts. */
export type Axis = 'epochs' | 'steps' | 'minutes' | 'images';

/** Where one run lies on the axis of its ladder. */
export interface Place {
  from: number;
  to: number;
  /** Places of the ends of its epochs. */
  ends: readonly number[];
  /** Place of any step of the run, by straight lines between the ends of its epochs. */
  ofStep: (step: number) => number;
  /** The step of the run at a place: the inverse of `ofStep`. */
  stepAt: (x: number) => number;
}

/** A run that has not finished an epoch yet still takes some room. */
const leastEpochs = 0.5;

function lengths(run: DashboardRun, axis: Axis): number[] {
  let images = 0;
  let seconds = 0;
  return run.epochs.map((epoch, index) => {
    images += epoch.images;
    seconds += epoch.seconds;
    return { epochs: index + 1, steps: epoch.step, minutes: seconds / 60, images }[axis];
  });
}

/** The runs in their order, but each after its parent. */
function parentsFirst(runs: readonly DashboardRun[]): DashboardRun[] {
  const left = new Map(runs.map((run) => [run.runId, run]));
  const sorted: DashboardRun[] = [];
  const take = (run: DashboardRun) => {
    if (!left.delete(run.runId)) return;
    const parent = run.parentId === null ? undefined : left.get(run.parentId);
    if (parent) take(parent);
    sorted.push(run);
  };
  for (const run of runs) take(run);
  return sorted;
}

/**
 * Puts runs on one axis: a run begins where its parent ends, so that curves join at a fork and branches lie side by side
 * from there. A run whose parent is not among them begins at 0. They may come in any order.
 */
export function ladderAxis(runs: readonly DashboardRun[], axis: Axis): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const run of parentsFirst(runs)) {
    const from = (run.parentId === null ? undefined : places.get(run.parentId))?.to ?? 0;
    const ends = lengths(run, axis);
    const steps = [0, ...run.epochs.map(({ step }) => step)];
    const at = [0, ...ends];
    const perStep = slope(steps, at) ?? guessedSlope(run, axis);
    const ofStep = (step: number) => from + interpolate(steps, at, step, perStep);
    const lastStep = steps.at(-1) ?? 0;
    const live = run.live.step > lastStep ? ofStep(run.live.step) - from : 0;
    const length = Math.max(at.at(-1) ?? 0, live, ends.length === 0 && axis === 'epochs' ? leastEpochs : 0);
    places.set(run.runId, {
      from,
      to: from + length,
      ends: ends.map((end) => from + end),
      ofStep,
      stepAt: (x) => interpolate(at, steps, x - from, perStep > 0 ? 1 / perStep : 0),
    });
  }
  return places;
}

/** Of the last epoch: what lies beyond it goes on like that. */
function slope(steps: readonly number[], at: readonly number[]): number | null {
  if (steps.length < 2) return null;
  const run = (steps.at(-1) ?? 0) - (steps.at(-2) ?? 0);
  return run > 0 ? ((at.at(-1) ?? 0) - (at.at(-2) ?? 0)) / run : null;
}

function guessedSlope(run: DashboardRun, axis: Axis): number {
  if (axis === 'steps') return 1;
  if (axis === 'epochs') return run.stepsPerEpoch !== null && run.stepsPerEpoch > 0 ? 1 / run.stepsPerEpoch : 0;
  if (axis === 'minutes') return run.live.step > 0 ? run.live.seconds / 60 / run.live.step : 0;
  return 1;
}

/** Piecewise linear through `(xs, ys)`, both ascending; `beyond` is the slope after the last. */
function interpolate(xs: readonly number[], ys: readonly number[], x: number, beyond: number): number {
  let low = 0;
  let high = xs.length - 1;
  const lastX = xs[high] ?? 0;
  if (x >= lastX) return (ys[high] ?? 0) + (x - lastX) * beyond;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) <= x) low = middle;
    else high = middle;
  }
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [xs[low], xs[high], ys[low], ys[high]];
  return x1 > x0 ? y0 + ((x - x0) / (x1 - x0)) * (y1 - y0) : y0;
}
