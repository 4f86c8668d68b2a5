import { Chart, LinearScale, Tooltip, type Plugin, type Scale } from 'chart.js';
import { MatrixController, MatrixElement, type MatrixDataPoint } from 'chartjs-chart-matrix';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Theme } from '../ui/theme.ts';
import { shortened } from './matrixMaths.ts';

Chart.register(LinearScale, MatrixController, MatrixElement, Tooltip);

/** A place in the plot: by position, not by class; null means the whole row or column. */
export interface Spot {
  row: number | null;
  column: number | null;
}

interface MatrixPlotProps {
  label: string;
  /** Class names in the order of the plot. */
  names: readonly string[];
  /** Rows true, columns predicted, in the order of the plot. */
  cells: readonly (readonly number[])[];
  /** How strongly a cell is shaded, and towards what: 0 to 1, or −1 to 1 for a change. */
  shade: (row: number, column: number) => { fill: string; text: string };
  text: (value: number) => string;
  /** What a cell is, in words. */
  words: (row: number, column: number) => string[];
  chosen: Spot | null;
  onChoose: (spot: Spot) => void;
  theme: Theme;
}

type Matrix = Chart<'matrix', MatrixDataPoint[], string>;

/** With more classes than that, cells are too small for their numbers. */
const mostWithText = 30;

function cellText(newest: { current: MatrixPlotProps }): Plugin<'matrix'> {
  return {
    id: 'cellText',
    afterDatasetsDraw(chart) {
      const { names, cells, shade, text, chosen, theme } = newest.current;
      const { ctx, scales } = chart;
      const [x, y] = [scales['x'], scales['y']];
      if (!x || !y) return;
      const width = (x.right - x.left) / names.length;
      const height = (y.bottom - y.top) / names.length;
      ctx.save();
      if (names.length <= mostWithText && width > 18) {
        ctx.font = `${Math.min(theme.fontSize - 1, width / 2.6)}px ${theme.fontFamily}`;
        ctx.textAlign = 'center';
        ctx.textBaseline = 'middle';
        cells.forEach((row, at) =>
          row.forEach((value, column) => {
            if (value === 0) return;
            ctx.fillStyle = shade(at, column).text;
            ctx.fillText(text(value), x.left + (column + 0.5) * width, y.top + (at + 0.5) * height);
          }),
        );
      }
      if (chosen) {
        ctx.strokeStyle = theme.focus;
        ctx.lineWidth = 2;
        const left = chosen.column === null ? x.left : x.left + chosen.column * width;
        const top = chosen.row === null ? y.top : y.top + chosen.row * height;
        ctx.strokeRect(
          left,
          top,
          chosen.column === null ? x.right - x.left : width,
          chosen.row === null ? y.bottom - y.top : height,
        );
      }
      ctx.restore();
    },
  };
}

/** The place under a point of the canvas: a cell, or a whole row or column where a name was met. */
function spotAt(chart: Matrix, names: number, offsetX: number, offsetY: number): Spot | null {
  const [x, y] = [chart.scales['x'], chart.scales['y']];
  if (!x || !y) return null;
  const column = Math.floor(((offsetX - x.left) / (x.right - x.left)) * names);
  const row = Math.floor(((offsetY - y.top) / (y.bottom - y.top)) * names);
  const inColumns = column >= 0 && column < names;
  const inRows = row >= 0 && row < names;
  if (inColumns && inRows) return { row, column };
  if (inRows && offsetX < x.left) return { row, column: null };
  return inColumns && (offsetY < y.top || offsetY > y.bottom) ? { row: null, column } : null;
}

/** The matrix as a picture that can be walked: arrows move, Home and End reach the whole row or column, Enter opens. */
export function MatrixPlot(props: MatrixPlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Matrix | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const [cursor, setCursor] = useState<Spot | null>(null);
  const [spoken, setSpoken] = useState('');

  useEffect(() => {
    if (!canvas.current) return;
    chart.current = new Chart<'matrix', MatrixDataPoint[], string>(canvas.current, {
      type: 'matrix',
      data: { datasets: [] },
      plugins: [cellText(newest)],
      options: { animation: false, responsive: true, maintainAspectRatio: false, layout: { padding: 2 } },
    });
    return () => {
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    if (chart.current) refresh(chart.current, props);
  });

  const say = (spot: Spot) => {
    setCursor(spot);
    if (spot.row !== null && spot.column !== null) setSpoken(props.words(spot.row, spot.column).join(', '));
    else if (spot.row !== null) setSpoken(`All images of ${props.names[spot.row] ?? ''}`);
    else if (spot.column !== null) setSpoken(`All images called ${props.names[spot.column] ?? ''}`);
  };
  const walk = (event: KeyboardEvent) => {
    const last = props.names.length - 1;
    const at = cursor ?? props.chosen ?? { row: 0, column: 0 };
    const move = (row: number, column: number) =>
      say({
        row: Math.min(last, Math.max(0, (at.row ?? 0) + row)),
        column: Math.min(last, Math.max(0, (at.column ?? 0) + column)),
      });
    switch (event.key) {
      case 'ArrowUp':
        move(-1, 0);
        break;
      case 'ArrowDown':
        move(1, 0);
        break;
      case 'ArrowLeft':
        move(0, -1);
        break;
      case 'ArrowRight':
        move(0, 1);
        break;
      case 'Home':
        say({ row: at.row ?? 0, column: null });
        break;
      case 'End':
        say({ row: null, column: at.column ?? 0 });
        break;
      case 'Enter':
      case ' ':
        props.onChoose(at);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const shown = cursor ?? props.chosen;

  return (
    <div class="plot matrix">
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={`${props.label}. Arrow keys walk the cells, Home the row, End the column, Enter shows the images.`}
        onKeyDown={walk}
        onFocus={() => say(shown ?? { row: 0, column: 0 })}
        onBlur={() => setCursor(null)}
        onClick={(event) => {
          const spot = chart.current && spotAt(chart.current, props.names.length, event.offsetX, event.offsetY);
          if (spot) props.onChoose(spot);
        }}
      />
      <div class="hidden" aria-live="polite">
        {spoken}
      </div>
      {cursor === null ? null : (
        <div class="cursor-words muted" aria-hidden="true">
          {spoken}
        </div>
      )}
    </div>
  );
}

function refresh(chart: Matrix, props: MatrixPlotProps): void {
  const { names, cells, shade, theme } = props;
  const font = { family: theme.fontFamily, size: theme.fontSize - 2 };
  const gap = names.length > 60 ? 0 : 1;
  chart.data.datasets = [
    {
      label: props.label,
      data: cells.flatMap((row, at) => row.map((value, column) => ({ x: column, y: at, v: value }))),
      backgroundColor: ({ dataIndex }) => shade(Math.floor(dataIndex / names.length), dataIndex % names.length).fill,
      hoverBackgroundColor: ({ dataIndex }) =>
        shade(Math.floor(dataIndex / names.length), dataIndex % names.length).fill,
      borderColor: theme.grid,
      borderWidth: theme.kind.startsWith('high') && names.length <= 60 ? 1 : 0,
      width: ({ chart: { chartArea } }) => Math.max(1, (chartArea?.width ?? 0) / names.length - gap),
      height: ({ chart: { chartArea } }) => Math.max(1, (chartArea?.height ?? 0) / names.length - gap),
    },
  ];
  const axis = {
    type: 'linear' as const,
    offset: false,
    min: -0.5,
    max: names.length - 0.5,
    border: { display: false },
    grid: { display: false },
    afterBuildTicks: (scale: Scale) => {
      scale.ticks = names.map((_, value) => ({ value }));
    },
  };
  const name = (value: string | number) => shortened(names[Number(value)] ?? '');
  chart.options.scales = {
    x: {
      ...axis,
      title: { display: true, text: 'predicted', color: theme.muted, font },
      ticks: { color: theme.muted, font, callback: name, autoSkip: true, autoSkipPadding: 2, maxRotation: 90 },
    },
    y: {
      ...axis,
      reverse: true,
      title: { display: true, text: 'true', color: theme.muted, font },
      ticks: { color: theme.muted, font, callback: name, autoSkip: true, autoSkipPadding: 2 },
    },
  };
  if (chart.options.plugins) {
    chart.options.plugins.tooltip = {
      displayColors: false,
      backgroundColor: theme.tooltipBackground,
      bodyColor: theme.tooltipForeground,
      borderColor: theme.border,
      borderWidth: 1,
      cornerRadius: 3,
      bodyFont: font,
      callbacks: {
        title: () => '',
        label: ({ dataIndex }) => props.words(Math.floor(dataIndex / names.length), dataIndex % names.length),
      },
    };
  }
  chart.update('none');
}
