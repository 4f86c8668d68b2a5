import type { ComponentChildren } from 'preact';
import type { Crosshair } from '../charts/crosshair.ts';
import type { Range } from '../charts/range.ts';
import { LineFigure } from '../charts/LineFigure.tsx';
import type { Save } from '../charts/save.ts';
import type { Mark, Series, Span } from '../charts/series.ts';
import type { DashboardRun, StepSeries } from '../protocol/dashboard.ts';
import { Choices } from '../ui/choices.tsx';
import { count, learningRate, measure, percentNumber, rate } from '../ui/numbers.ts';
import type { Theme } from '../ui/theme.ts';
import type { Axis } from './ladderAxis.ts';
import type { Metric } from './ladderCurves.ts';
import { epochSheet, stepSheet } from './ladderSheets.ts';
import { Legend } from './Legend.tsx';

const axes = [
  { value: 'epochs', label: 'epochs' },
  { value: 'steps', label: 'steps' },
  { value: 'minutes', label: 'minutes' },
  { value: 'images', label: 'images' },
] as const;
const metrics = [
  { value: 'accuracy', label: 'accuracy, %' },
  { value: 'loss', label: 'loss' },
  { value: 'learningRate', label: 'learning rate' },
] as const;
const metricFormats = { accuracy: percentNumber, loss: measure, learningRate };
const metricLimits = { accuracy: [0, 1], loss: [0, Infinity], learningRate: [0, Infinity] } as const;

/** How each axis writes its numbers. */
export const axisFormats = { epochs: rate, steps: count, minutes: rate, images: count };

interface LadderFigureProps {
  /** Over a saved picture, before the metric. */
  title: string;
  /** Begins the names of saved files. */
  fileName: (metric: Metric, axis: Axis) => string;
  runs: readonly DashboardRun[];
  series: readonly Series[];
  /** What was read step by step; null where the curves go by epoch. */
  steps?: ReadonlyMap<string, StepSeries> | null;
  spans: readonly Span[];
  marks: readonly Mark[];
  /** Said in place of curves while there are none. */
  empty: string;
  to: number;
  metric: Metric;
  onMetric: (metric: Metric) => void;
  axis: Axis;
  onAxis: (axis: Axis) => void;
  range: Range;
  onRange: (range: Range) => void;
  theme: Theme;
  crosshair: Crosshair;
  save: Save;
  /** Further choices, beside that of the axis. */
  children?: ComponentChildren;
}

/** Curves of runs by epochs, steps, minutes or images, with what chooses among them and which line is which. */
export function LadderFigure(props: LadderFigureProps) {
  const { title, runs, metric, axis, theme } = props;
  const steps = props.steps ?? null;
  const metricLabel = metrics.find(({ value }) => value === metric)?.label ?? metric;
  return (
    <LineFigure
      title={metricLabel}
      name="curves"
      titleHidden
      pictureTitle={`${title}: ${metricLabel}`}
      xLabel={axis}
      fileName={props.fileName(metric, axis)}
      aside={<Choices label="What is drawn" value={metric} options={metrics} onChange={props.onMetric} />}
      sheet={() => (steps !== null && metric !== 'learningRate' ? stepSheet(runs, metric, steps) : epochSheet(runs))}
      save={props.save}
      label={`${metricLabel} of ${title} by ${axis}`}
      series={props.series}
      spans={props.spans}
      marks={props.marks}
      empty={props.empty}
      from={0}
      to={props.to}
      range={props.range}
      onRange={props.onRange}
      formatX={axisFormats[axis]}
      formatY={metricFormats[metric]}
      fromY={null}
      limitsY={metricLimits[metric]}
      theme={theme}
      crosshair={props.crosshair}
    >
      <footer class="spread">
        <Choices label="Axis" value={axis} options={axes} onChange={props.onAxis} />
        <div class="row groups">{props.children}</div>
      </footer>
      <Legend runs={runs} theme={theme} />
    </LineFigure>
  );
}
