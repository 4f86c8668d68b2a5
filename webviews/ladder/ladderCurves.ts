import { smooth, type Mark, type Point, type Series, type Span } from '../charts/series.ts';
import type { DashboardRun, EpochPoint, StepSeries } from '../protocol/dashboard.ts';
import { learningRate } from '../ui/numbers.ts';
import type { Theme } from '../ui/theme.ts';
import { ladderAxis, type Axis, type Place } from './ladderAxis.ts';
import { runLabel, runLooks, stageOf } from './runLooks.ts';

/** What the large chart shows. */
export type Metric = 'accuracy' | 'loss' | 'learningRate';

const trainOf = { accuracy: 'accuracy', loss: 'loss', learningRate: 'learningRate' } as const;
const validationOf = { accuracy: 'valAccuracy', loss: 'valLoss', learningRate: null } as const;

function epochPoints(run: DashboardRun, place: Place, key: keyof EpochPoint): Point[] {
  return run.epochs.map((epoch, index) => ({ x: place.ends[index] ?? Number.NaN, y: epoch[key] }));
}

interface CurveOptions {
  runs: readonly DashboardRun[];
  metric: Metric;
  axis: Axis;
  theme: Theme;
  /** Weight of the moving average over the training curve, 0 to below 1. */
  smoothing: number;
  /** Step by step detail of the training curve where it was read, by run. */
  steps?: ReadonlyMap<string, StepSeries>;
}

/** The curves of a ladder for one metric: train thin, validation thick, one look a run, joined where a run forks. */
export function ladderCurves({ runs, metric, axis, theme, smoothing, steps }: CurveOptions): Series[] {
  const places = ladderAxis(runs, axis);
  const looks = runLooks(runs, theme);
  const series: Series[] = [];
  for (const run of runs) {
    const place = places.get(run.runId);
    const look = looks.get(run.runId);
    if (!place || !look) continue;
    const label = runLabel(run, runs);
    const validation = validationOf[metric];
    if (validation !== null) {
      const points = epochPoints(run, place, validation);
      const joint = jointOf(run, runs, places, validation);
      const first = points.find(({ y }) => Number.isFinite(y));
      if (joint && first) {
        series.push({
          ...look,
          id: `${run.runId} joint`,
          label: '',
          dash: [1, 3],
          width: 1.5,
          connector: true,
          points: [joint, first],
        });
      }
      series.push({
        ...look,
        id: `${run.runId} validation`,
        label: `${label} validation`,
        width: 2.5,
        marker: 3,
        points,
      });
    }
    const detail = steps?.get(run.runId);
    const raw = detail
      ? detail.step.map((step, at): Point => ({ x: place.ofStep(step + 1), y: detail.mean[at] ?? Number.NaN }))
      : epochPoints(run, place, trainOf[metric]);
    const smoothed = smooth(
      raw.map(({ y }) => y),
      metric === 'learningRate' ? 0 : smoothing,
    );
    series.push({
      ...look,
      id: `${run.runId} train`,
      label: metric === 'learningRate' ? label : `${label} train`,
      width: 1,
      marker: detail ? 0 : 1.5,
      points: raw.map(({ x }, at) => ({ x, y: smoothed[at] ?? Number.NaN })),
      ...(detail ? { band: { min: detail.min, max: detail.max } } : {}),
    });
  }
  return series;
}

/** Where a run's validation curve comes from: the last of its parent's. */
function jointOf(
  run: DashboardRun,
  runs: readonly DashboardRun[],
  places: ReadonlyMap<string, Place>,
  key: 'valAccuracy' | 'valLoss',
): Point | null {
  const parent = runs.find((other) => other.runId === run.parentId);
  const place = parent && places.get(parent.runId);
  const y = parent?.epochs.at(-1)?.[key];
  const x = place?.ends.at(-1);
  return x === undefined || y === undefined || !Number.isFinite(y) ? null : { x, y };
}

/** The stages as stretches of the axis, labelled with size, how the model grew, and what is frozen. */
export function ladderSpans(runs: readonly DashboardRun[], axis: Axis, theme: Theme): Span[] {
  const places = ladderAxis(runs, axis);
  const spans: Span[] = [];
  for (const run of runs) {
    const place = places.get(run.runId);
    if (!place || place.to <= place.from) continue;
    const { index, stages } = stageOf(run);
    const color = theme.stageColor(index, stages);
    const branched = spans.some((span) => span.from < place.to && span.to > place.from);
    // Branches lie over one another; only the first is shaded, each has its place in the legend and the strip.
    if (branched) continue;
    const details = run.origin === 'first stage' ? [] : [run.origin.replace(/^feeder /, ''), run.freeze];
    const shade = theme.stageShade(index, stages);
    spans.push({ from: place.from, to: place.to, color, shade, label: `${run.size}`, details });
  }
  return spans;
}

/** Best epochs, changes of the learning rate, and stops. */
export function ladderMarks(runs: readonly DashboardRun[], axis: Axis, theme: Theme): Mark[] {
  const places = ladderAxis(runs, axis);
  return runs.flatMap((run) => {
    const ends = places.get(run.runId)?.ends ?? [];
    const marks: Mark[] = [];
    run.epochs.forEach((epoch, index) => {
      const before = run.epochs[index - 1];
      const x = ends[index];
      if (x === undefined) return;
      if (before && before.learningRate !== epoch.learningRate) {
        marks.push({
          x: ends[index - 1] ?? x,
          kind: 'learningRate',
          color: theme.muted,
          label: `rate ${learningRate(epoch.learningRate)}`,
        });
      }
      if (epoch.epoch === run.bestEpoch) marks.push({ x, kind: 'best', color: theme.good, label: 'best' });
    });
    const last = ends.at(-1);
    if (last !== undefined && (run.state === 'stopped' || run.state === 'interrupted' || run.state === 'failed')) {
      marks.push({ x: last, kind: 'stop', color: run.state === 'failed' ? theme.bad : theme.muted, label: run.state });
    }
    return marks;
  });
}
