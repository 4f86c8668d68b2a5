import type { Sheet } from '../charts/sheet.ts';
import type { DashboardRun, EpochPoint, StepMetric, StepSeries } from '../protocol/dashboard.ts';
import { bytes, count, learningRate, measure, percentNumber, rate } from '../ui/numbers.ts';
import { runLabel } from './runLooks.ts';

type Format = (value: number) => string;

interface EpochColumn {
  /** As a CSV has it; in a table people read the unit beside it. */
  name: string;
  unit?: string;
  format: Format;
  value: (epoch: EpochPoint) => number;
}

const epochColumns: readonly EpochColumn[] = [
  { name: 'epoch', format: count, value: ({ epoch }) => epoch + 1 },
  { name: 'step', format: count, value: ({ step }) => step },
  { name: 'accuracy', unit: '%', format: percentNumber, value: ({ accuracy }) => accuracy },
  { name: 'val_accuracy', unit: '%', format: percentNumber, value: ({ valAccuracy }) => valAccuracy },
  { name: 'loss', format: measure, value: ({ loss }) => loss },
  { name: 'val_loss', format: measure, value: ({ valLoss }) => valLoss },
  { name: 'learning rate', format: learningRate, value: (epoch) => epoch.learningRate },
  { name: 'seconds', format: rate, value: ({ seconds }) => seconds },
  { name: 'input wait s', format: rate, value: ({ inputSeconds }) => inputSeconds },
  { name: 'step s', format: rate, value: ({ stepSeconds }) => stepSeconds },
  { name: 'evaluation s', format: rate, value: ({ evaluationSeconds }) => evaluationSeconds },
  { name: 'images/s', format: rate, value: ({ imagesPerSecond }) => imagesPerSecond },
  { name: 'memory bytes', format: bytes, value: ({ rssBytes }) => rssBytes },
];

/** The table behind the curves by epoch: one row an epoch of each run. */
export function epochSheet(runs: readonly DashboardRun[]): Sheet {
  return {
    columns: ['run', ...epochColumns.map(({ name }) => name)],
    heads: ['run', ...epochColumns.map(({ name, unit }) => (unit === undefined ? name : `${name}, ${unit}`))],
    formats: [null, ...epochColumns.map(({ format }) => format)],
    rows: runs.flatMap((run) =>
      run.epochs.map((epoch) => [runLabel(run, runs), ...epochColumns.map(({ value }) => value(epoch))]),
    ),
  };
}

/** The table behind curves step by step: a row for each point that is drawn, which may stand for many steps. */
export function stepSheet(
  runs: readonly DashboardRun[],
  metric: Extract<StepMetric, 'accuracy' | 'loss'>,
  steps: ReadonlyMap<string, StepSeries>,
): Sheet {
  const format = metric === 'accuracy' ? percentNumber : measure;
  const unit = metric === 'accuracy' ? ', %' : '';
  const columns = ['lowest', 'mean', 'highest'].map((which) => `${which} ${metric}`);
  return {
    columns: ['run', 'from step', ...columns],
    heads: ['run', 'from step', ...columns.map((column) => column + unit)],
    formats: [null, count, format, format, format],
    rows: runs.flatMap((run) => {
      const series = steps.get(run.runId);
      if (!series) return [];
      const { step, min, mean, max } = series;
      const at = (values: readonly number[], index: number) => values[index] ?? null;
      return step.map((from, index) => [runLabel(run, runs), from, at(min, index), at(mean, index), at(max, index)]);
    }),
  };
}
