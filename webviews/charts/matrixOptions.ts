import type { Chart, Plugin, Scale } from 'chart.js';
import type { MatrixDataPoint } from 'chartjs-chart-matrix';
import type { Theme } from '../ui/theme.ts';
import { svgName } from './svgDocument.ts';

/** A place in the plot: by position, not by class; null means the whole row or column. */
export interface Spot {
  row: number | null;
  column: number | null;
}

/** What a matrix is drawn of. */
export interface MatrixChartProps {
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

/** A matrix as Chart.js has it. */
export type Matrix = Chart<'matrix', MatrixDataPoint[], string>;

/** With more classes than that, cells are too small for their numbers. */
const mostWithText = 30;
/** A longer class name is cut beside a matrix. */
export const mostLetters = 16;

/** Writes each cell's number, and draws what is chosen. */
export function cellText(newest: { current: MatrixChartProps }): Plugin<'matrix'> {
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

/** Gives a matrix its cells, axes and colours anew, in the theme in force. */
export function refresh(chart: Matrix, props: MatrixChartProps): void {
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
  const name = (value: string | number) => svgName(names[Number(value)] ?? '', mostLetters);
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
