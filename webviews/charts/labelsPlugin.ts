import type { Chart, Plugin } from 'chart.js';
import type { LineChartProps } from './lineOptions.ts';
import { fittingText, placeLabels } from './placeLabels.ts';
import { markWeights, spanTexts } from './series.ts';

const rows = 3;
const paddingPixels = 4;
/** The line of the axis stays whole under the names. */
const baselinePixels = 2;

/** Names stretches of the axis over the curves, and marks under them, so that no name stands on another. */
export function labelsPlugin(newest: { current: LineChartProps }): Plugin<'line'> {
  return {
    id: 'labels',
    beforeDatasetsDraw: (chart) => drawSpans(chart, newest.current),
    afterDatasetsDraw: (chart) => drawMarks(chart, newest.current),
  };
}

function begin({ ctx }: Chart<'line'>, { theme }: LineChartProps): { ctx: CanvasRenderingContext2D; height: number } {
  ctx.save();
  const size = theme.fontSize - 2;
  ctx.font = `${size}px ${theme.fontFamily}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  return { ctx, height: size + paddingPixels };
}

function drawSpans(chart: Chart<'line'>, props: LineChartProps): void {
  const x = chart.scales['x'];
  if (!x) return;
  const { ctx, height } = begin(chart, props);
  const { left, right, top } = chart.chartArea;
  ctx.fillStyle = props.theme.muted;
  for (const span of props.spans) {
    const from = Math.max(left, x.getPixelForValue(span.from));
    const to = Math.min(right, x.getPixelForValue(span.to));
    const room = to - from - 2 * paddingPixels;
    const text = fittingText(spanTexts(span), room, (one) => ctx.measureText(one).width);
    if (text !== null) ctx.fillText(text, from + paddingPixels, top + paddingPixels + height / 2);
  }
  ctx.restore();
}

function drawMarks(chart: Chart<'line'>, { marks, ...props }: LineChartProps): void {
  const x = chart.scales['x'];
  if (!x || marks.length === 0) return;
  const { ctx, height } = begin(chart, { marks, ...props });
  const { left, right, bottom } = chart.chartArea;
  const wanted = marks.map((mark) => ({
    at: x.getPixelForValue(mark.x),
    width: ctx.measureText(mark.label).width + paddingPixels,
    weight: markWeights[mark.kind],
  }));
  placeLabels(wanted, { left, right, rows }).forEach((place, index) => {
    const [mark, label] = [marks[index], wanted[index]];
    if (!place || !mark || !label) return;
    const top = bottom - baselinePixels - (place.row + 1) * height;
    ctx.fillStyle = props.theme.background;
    ctx.fillRect(place.left, top, label.width, height);
    ctx.fillStyle = mark.kind === 'learningRate' ? props.theme.muted : props.theme.foreground;
    ctx.fillText(mark.label, place.left + paddingPixels / 2, top + height / 2);
  });
  ctx.restore();
}
