import type { Chart, ChartDataset } from 'chart.js';
import type { AnnotationOptions } from 'chartjs-plugin-annotation';
import type { Theme } from '../ui/theme.ts';
import type { Crosshair } from './crosshair.ts';
import type { Range } from './range.ts';
import { marksAt, thin, withRoom, type Mark, type Point, type Series, type Span } from './series.ts';

export interface LineChartProps {
  /** Whether it is not to be drawn yet; its place is kept. */
  waits?: boolean;
  /** What the chart is, for assistive technology. */
  label: string;
  series: readonly Series[];
  spans: readonly Span[];
  marks: readonly Mark[];
  /** Said in place of curves while no point can be drawn. */
  empty?: string;
  /** The whole axis. */
  from: number;
  to: number;
  range: Range;
  onRange: (range: Range) => void;
  formatX: (x: number) => string;
  formatY: (y: number) => string;
  /** Where the vertical axis starts, or null to fit the curves. */
  fromY: number | null;
  /** What values can be at least and at most: room beside the curves goes no further. */
  limitsY?: readonly [number, number];
  theme: Theme;
  crosshair: Crosshair;
}

type LineDataset = ChartDataset<'line', Point[]>;

function datasetsOf(series: readonly Series[], buckets: number, theme: Theme): LineDataset[] {
  return series.flatMap((one, order): LineDataset[] => {
    const base: LineDataset = {
      label: one.label,
      data: [...thin(one.points, buckets)],
      borderColor: one.color,
      backgroundColor: one.color,
      borderWidth: one.width,
      borderDash: one.dash,
      pointRadius: one.points.length > 60 ? 0 : (one.marker ?? 0),
      pointStyle: one.form ?? 'circle',
      pointHoverRadius: one.connector === true ? 0 : 4,
      pointBorderWidth: 0,
      pointHitRadius: 8,
      borderJoinStyle: 'round',
      order,
      spanGaps: false,
      // A point at the edge is drawn whole.
      clip: 4,
    };
    if (!one.band || one.points.length === 0) return [base];
    const edge = (values: readonly number[], fill: false | string): LineDataset => ({
      ...base,
      label: '',
      data: one.points.map(({ x }, index) => ({ x, y: values[index] ?? Number.NaN })),
      borderWidth: 0,
      pointRadius: 0,
      pointHoverRadius: 0,
      pointHitRadius: 0,
      fill,
      backgroundColor: `color-mix(in srgb, ${one.color} ${theme.kind.startsWith('high') ? 45 : 22}%, transparent)`,
      order: order + 1000,
    });
    return [base, edge(one.band.min, false), edge(one.band.max, '-1')];
  });
}

function annotationsOf(props: LineChartProps): Record<string, AnnotationOptions> {
  const { theme } = props;
  const found: Record<string, AnnotationOptions> = {};
  props.spans.forEach((span, index) => {
    found[`span${index}`] = {
      type: 'box',
      xMin: span.from,
      xMax: span.to,
      backgroundColor: span.shade,
      borderColor: theme.border,
      borderWidth: 0,
      drawTime: 'beforeDatasetsDraw',
    };
  });
  props.spans.slice(1).forEach((span, index) => {
    found[`edge${index}`] = {
      type: 'line',
      xMin: span.from,
      xMax: span.from,
      borderColor: theme.border,
      borderWidth: 1,
      drawTime: 'beforeDatasetsDraw',
    };
  });
  props.marks.forEach((mark, index) => {
    found[`mark${index}`] = {
      type: 'line',
      xMin: mark.x,
      xMax: mark.x,
      borderColor: mark.color,
      borderWidth: 1,
      borderDash: mark.kind === 'learningRate' ? [1, 3] : mark.kind === 'stop' ? [6, 3] : [2, 2],
    };
  });
  return found;
}

/** Gives a chart its curves, axes and marks anew, in the theme in force. */
export function refresh(chart: Chart<'line', Point[]>, props: LineChartProps): void {
  const { theme, range, from, to } = props;
  const font = { family: theme.fontFamily, size: theme.fontSize - 2 };
  const shown = range ?? { from, to: to > from ? to : from + 1 };
  chart.data.datasets = datasetsOf(props.series, Math.max(100, Math.floor(chart.width / 2)), theme);
  chart.options.color = theme.foreground;
  chart.options.scales = {
    x: {
      type: 'linear',
      min: shown.from,
      max: shown.to,
      grid: { display: false },
      border: { color: theme.border },
      ticks: {
        color: theme.muted,
        font,
        maxRotation: 0,
        includeBounds: false,
        autoSkipPadding: 16,
        callback: (value) => props.formatX(Number(value)),
      },
    },
    y: {
      type: 'linear',
      ...(props.fromY === null ? {} : { min: props.fromY }),
      afterDataLimits: (scale) => {
        if (props.fromY === null) [scale.min, scale.max] = withRoom(scale.min, scale.max, props.limitsY);
      },
      grid: { color: theme.grid },
      border: { display: false },
      ticks: { color: theme.muted, font, maxTicksLimit: 6, callback: (value) => props.formatY(Number(value)) },
    },
  };
  const plugins = chart.options.plugins;
  if (plugins) {
    plugins.annotation = { annotations: annotationsOf(props) };
    plugins.tooltip = {
      backgroundColor: theme.tooltipBackground,
      titleColor: theme.tooltipForeground,
      bodyColor: theme.tooltipForeground,
      footerColor: theme.tooltipForeground,
      borderColor: theme.border,
      borderWidth: 1,
      cornerRadius: 3,
      bodyFont: font,
      titleFont: { ...font, weight: 600 },
      footerFont: { ...font, weight: 'normal' },
      boxWidth: 8,
      boxHeight: 8,
      filter: (item) => (item.dataset.label ?? '') !== '',
      callbacks: {
        title: ([item]) => (item?.parsed.x == null ? '' : props.formatX(item.parsed.x)),
        label: (item) => `${item.dataset.label ?? ''}  ${props.formatY(item.parsed.y ?? Number.NaN)}`,
        // A mark's name may have had no room beside its line.
        footer: ([item]) =>
          item?.parsed.x == null
            ? []
            : marksAt(props.marks, item.parsed.x, shown.to - shown.from).map(({ label }) => label),
      },
    };
    if (plugins.zoom)
      plugins.zoom.limits = { x: { min: from, max: to > from ? to : from + 1, minRange: (to - from) / 1e6 || 1e-6 } };
  }
  chart.update('none');
}
