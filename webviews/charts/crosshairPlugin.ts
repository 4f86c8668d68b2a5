import type { Chart, Plugin } from 'chart.js';
import type { Crosshair } from './crosshair.ts';
import { isNear, nearestIndex, type Point } from './series.ts';

/** Draws the crosshair over a chart, and moves it with the pointer. `hovered` is told whether the pointer is over this chart. */
export function crosshairPlugin(
  crosshair: Crosshair,
  color: () => string,
  hovered: (isHovered: boolean) => void,
): Plugin<'line'> {
  return {
    id: 'crosshair',
    afterEvent(chart, { event, inChartArea }) {
      if (event.type === 'mouseout') {
        hovered(false);
        crosshair.x = null;
      } else if (event.type === 'mousemove' && event.x !== null) {
        hovered(true);
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

/** Shows the values at the crosshair as the pointer would, in a chart that the pointer is not over. */
export function showValuesAt(chart: Chart<'line', Point[]>, x: number | null): void {
  const scale = chart.scales['x'];
  const shown = scale ? scale.max - scale.min : 0;
  const found = chart.data.datasets.flatMap(({ data, label }, datasetIndex) => {
    const index = x === null || (label ?? '') === '' ? -1 : nearestIndex(data, x);
    const point = data[index];
    return point && x !== null && isNear(point.x, x, shown) && Number.isFinite(point.y)
      ? [{ datasetIndex, index }]
      : [];
  });
  const at = { x: (x === null ? null : scale?.getPixelForValue(x)) ?? 0, y: chart.chartArea.top };
  chart.setActiveElements(found);
  chart.tooltip?.setActiveElements(found, at);
  chart.draw();
}
