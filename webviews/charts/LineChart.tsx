import {
  Chart,
  Filler,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type ChartDataset,
  type Plugin,
} from 'chart.js';
import annotationPlugin, { type AnnotationOptions } from 'chartjs-plugin-annotation';
import zoomPlugin from 'chartjs-plugin-zoom';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Theme } from '../ui/theme.ts';
import type { Crosshair } from './crosshair.ts';
import { nearestPoint, thin, type Mark, type Point, type Series, type Span } from './series.ts';

Chart.register(
  Filler,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  Tooltip,
  annotationPlugin,
  zoomPlugin,
);

/** The part of the axis that is shown; null is all of it. */
export type Range = { from: number; to: number } | null;

export interface LineChartProps {
  /** What the chart is, for assistive technology. */
  label: string;
  series: readonly Series[];
  spans: readonly Span[];
  marks: readonly Mark[];
  /** The whole axis. */
  from: number;
  to: number;
  range: Range;
  onRange: (range: Range) => void;
  formatX: (x: number) => string;
  formatY: (y: number) => string;
  /** Where the vertical axis starts, or null to fit the curves. */
  fromY: number | null;
  logarithmic?: boolean;
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
      label: {
        display: true,
        content: span.label,
        color: theme.muted,
        font: { size: theme.fontSize - 2, weight: 'normal' },
        position: { x: 'start', y: 'start' },
        padding: 4,
      },
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
      label: {
        display: true,
        content: mark.label,
        position: 'start',
        color: mark.kind === 'learningRate' ? theme.muted : mark.color,
        backgroundColor: theme.background,
        font: { size: theme.fontSize - 2, weight: 'normal' },
        padding: 2,
      },
    };
  });
  return found;
}

function crosshairPlugin(crosshair: Crosshair, color: () => string): Plugin<'line'> {
  return {
    id: 'crosshair',
    afterEvent(chart, { event, inChartArea }) {
      if (event.type === 'mouseout') crosshair.x = null;
      else if (event.type === 'mousemove' && event.x !== null) {
        crosshair.x = inChartArea ? (chart.scales['x']?.getValueForPixel(event.x) ?? null) : null;
      }
    },
    afterDatasetsDraw(chart) {
      const at = crosshair.x === null ? undefined : chart.scales['x']?.getPixelForValue(crosshair.x);
      if (at === undefined || at < chart.chartArea.left || at > chart.chartArea.right) return;
      const { ctx } = chart;
      ctx.save();
      ctx.strokeStyle = color();
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(at, chart.chartArea.top);
      ctx.lineTo(at, chart.chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}

/** Curves over one axis: zoom with the wheel, pan by dragging, walk with the arrow keys, `+` `-` `0` to zoom by keyboard. */
export function LineChart(props: LineChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'line', Point[]> | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const [spoken, setSpoken] = useState('');

  useEffect(() => {
    if (!canvas.current) return;
    const ranged = ({ chart: zoomed }: { chart: Chart }) => {
      const { min, max } = zoomed.scales['x'] ?? { min: 0, max: 0 };
      const { from, to, onRange } = newest.current;
      onRange(min <= from && max >= to ? null : { from: min, to: max });
    };
    const config: ChartConfiguration<'line', Point[]> = {
      type: 'line',
      data: { datasets: [] },
      plugins: [crosshairPlugin(props.crosshair, () => newest.current.theme.muted)],
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: 'nearest', axis: 'x', intersect: false },
        plugins: {
          zoom: {
            zoom: { wheel: { enabled: true, speed: 0.08 }, pinch: { enabled: true }, mode: 'x', onZoom: ranged },
            pan: { enabled: true, mode: 'x', onPan: ranged, threshold: 4 },
          },
        },
      },
    };
    chart.current = new Chart(canvas.current, config);
    const redraw = props.crosshair.subscribe(() => chart.current?.draw());
    return () => {
      redraw();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [props.crosshair]);

  useEffect(() => {
    if (chart.current) refresh(chart.current, props);
  });

  const walk = (event: KeyboardEvent) => {
    const { from, to, range, onRange, crosshair, formatX, formatY, series } = newest.current;
    const shown = range ?? { from, to };
    const width = shown.to - shown.from;
    const zoomTo = (factor: number) => {
      const middle = crosshair.x ?? (shown.from + shown.to) / 2;
      const next = {
        from: Math.max(from, middle - (width * factor) / 2),
        to: Math.min(to, middle + (width * factor) / 2),
      };
      onRange(next.from <= from && next.to >= to ? null : next);
    };
    switch (event.key) {
      case '+':
      case '=':
        zoomTo(0.5);
        break;
      case '-':
        zoomTo(2);
        break;
      case '0':
      case 'Escape':
        crosshair.x = null;
        onRange(null);
        break;
      case 'ArrowLeft':
      case 'ArrowRight': {
        const next = nextPlace(series, crosshair.x, event.key === 'ArrowRight', shown.from, shown.to);
        if (next === null) break;
        crosshair.x = next;
        const said = series
          .filter(({ connector }) => connector !== true)
          .map((one) => ({ one, point: nearestPoint(one.points, next) }))
          .filter(({ point }) => point !== null && Math.abs(point.x - next) < width * 0.005 + 1e-9)
          .map(({ one, point }) => `${one.label} ${formatY(point?.y ?? Number.NaN)}`);
        setSpoken(`${formatX(next)}: ${said.join(', ')}`);
        break;
      }
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <div class="plot">
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={`${props.label}. Arrow keys walk the points, plus and minus zoom, zero shows all.`}
        onKeyDown={walk}
        onBlur={() => (props.crosshair.x = null)}
        onDblClick={() => props.onRange(null)}
      />
      <div class="hidden" aria-live="polite">
        {spoken}
      </div>
    </div>
  );
}

/** The next place where a curve has a point, in a direction; the nearest edge at first. */
function nextPlace(
  series: readonly Series[],
  x: number | null,
  forward: boolean,
  from: number,
  to: number,
): number | null {
  let best: number | null = null;
  for (const { points, connector } of series) {
    if (connector === true) continue;
    for (const point of points) {
      if (point.x < from || point.x > to) continue;
      if (x !== null && (forward ? point.x <= x + 1e-9 : point.x >= x - 1e-9)) continue;
      if (best === null || (forward ? point.x < best : point.x > best)) best = point.x;
    }
  }
  return best;
}

function refresh(chart: Chart<'line', Point[]>, props: LineChartProps): void {
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
        autoSkipPadding: 16,
        callback: (value) => props.formatX(Number(value)),
      },
    },
    y: {
      type: props.logarithmic === true ? 'logarithmic' : 'linear',
      ...(props.fromY === null ? { grace: '4%' } : { min: props.fromY }),
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
      borderColor: theme.border,
      borderWidth: 1,
      cornerRadius: 3,
      bodyFont: font,
      titleFont: { ...font, weight: 600 },
      boxWidth: 8,
      boxHeight: 8,
      filter: (item) => (item.dataset.label ?? '') !== '',
      callbacks: {
        title: ([item]) => (item?.parsed.x == null ? '' : props.formatX(item.parsed.x)),
        label: (item) => `${item.dataset.label ?? ''}  ${props.formatY(item.parsed.y ?? Number.NaN)}`,
      },
    };
    if (plugins.zoom)
      plugins.zoom.limits = { x: { min: from, max: to > from ? to : from + 1, minRange: (to - from) / 1e6 || 1e-6 } };
  }
  chart.update('none');
}
