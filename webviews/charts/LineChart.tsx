import {
  Chart,
  Filler,
  LineController,
  LineElement,
  LinearScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js';
import annotationPlugin from 'chartjs-plugin-annotation';
import zoomPlugin from 'chartjs-plugin-zoom';
import { useEffect, useRef, useState } from 'preact/hooks';
import { crosshairPlugin, showValuesAt } from './crosshairPlugin.ts';
import { labelsPlugin } from './labelsPlugin.ts';
import { refresh, type LineChartProps } from './lineOptions.ts';
import { panned, rangeOf, zoomed } from './range.ts';
import { isNear, marksAt, nearestPoint, nextPlace, type Point, type Series } from './series.ts';

/** Of what is shown, with one press of an arrow. */
const panShare = 0.2;

Chart.register(Filler, LineController, LineElement, LinearScale, PointElement, Tooltip, annotationPlugin, zoomPlugin);

/**
 * Curves over one axis: zoom with Ctrl and the wheel, pan by dragging, walk with the arrow keys, pan with Shift and them, `+`
 * `-` `0` to zoom by keyboard.
 */
export function LineChart(props: LineChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'line', Point[]> | null>(null);
  const newest = useRef(props);
  newest.current = props;
  /** Whether the pointer is over this chart, which then shows the values itself. */
  const hovered = useRef(false);
  const [spoken, setSpoken] = useState('');

  useEffect(() => {
    if (!canvas.current || props.waits === true) return;
    const ranged = ({ chart: changed }: { chart: Chart }) => {
      const { min, max } = changed.scales['x'] ?? { min: 0, max: 0 };
      newest.current.onRange(rangeOf(newest.current, { from: min, to: max }));
    };
    const config: ChartConfiguration<'line', Point[]> = {
      type: 'line',
      data: { datasets: [] },
      plugins: [
        labelsPlugin(newest),
        crosshairPlugin(
          props.crosshair,
          () => newest.current.theme.muted,
          (isHovered) => (hovered.current = isHovered),
        ),
      ],
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: 'nearest', axis: 'x', intersect: false },
        plugins: {
          zoom: {
            // The wheel alone scrolls the page, as everywhere.
            zoom: {
              wheel: { enabled: true, speed: 0.08, modifierKey: 'ctrl' },
              pinch: { enabled: true },
              mode: 'x',
              onZoom: ranged,
            },
            pan: { enabled: true, mode: 'x', onPan: ranged, threshold: 4 },
          },
        },
      },
    };
    chart.current = new Chart(canvas.current, config);
    const redraw = props.crosshair.subscribe(() => {
      if (!chart.current) return;
      if (hovered.current) chart.current.draw();
      else showValuesAt(chart.current, props.crosshair.x);
    });
    return () => {
      redraw();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [props.crosshair, props.waits]);

  useEffect(() => {
    if (!chart.current) return;
    refresh(chart.current, props);
    if (!hovered.current && props.crosshair.x !== null) showValuesAt(chart.current, props.crosshair.x);
  });

  const walk = (event: KeyboardEvent) => {
    const { from, to, range, onRange, crosshair, formatX, formatY, series, marks } = newest.current;
    const shown = range ?? { from, to };
    const width = shown.to - shown.from;
    const whole = { from, to };
    switch (event.key) {
      case '+':
      case '=':
        onRange(zoomed(whole, range, 0.5, crosshair.x));
        break;
      case '-':
        onRange(zoomed(whole, range, 2, crosshair.x));
        break;
      case '0':
      case 'Escape':
        crosshair.x = null;
        onRange(null);
        break;
      case 'ArrowLeft':
      case 'ArrowRight': {
        const forward = event.key === 'ArrowRight';
        if (event.shiftKey) {
          onRange(panned(whole, range, forward ? panShare : -panShare));
          break;
        }
        const next = nextPlace(series, crosshair.x, forward, shown);
        if (next === null) break;
        crosshair.x = next;
        const said = series
          .filter(({ connector }) => connector !== true)
          .map((one) => ({ one, point: nearestPoint(one.points, next) }))
          .filter(({ point }) => point !== null && isNear(point.x, next, width))
          .map(({ one, point }) => `${one.label} ${formatY(point?.y ?? Number.NaN)}`);
        const marked = marksAt(marks, next, width).map(({ label }) => label);
        setSpoken(`${formatX(next)}: ${[...said, ...marked].join(', ')}`);
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
        aria-label={`${props.label}. Arrow keys walk the points, with Shift they pan; plus, minus and Ctrl with the wheel zoom, zero shows all.`}
        onKeyDown={walk}
        onBlur={() => (props.crosshair.x = null)}
        onDblClick={() => props.onRange(null)}
      />
      {props.empty === undefined || hasPoints(props.series) ? null : <p class="muted nothing">{props.empty}</p>}
      <div class="hidden" aria-live="polite">
        {spoken}
      </div>
    </div>
  );
}

function hasPoints(series: readonly Series[]): boolean {
  return series.some(({ points }) => points.some(({ y }) => Number.isFinite(y)));
}
