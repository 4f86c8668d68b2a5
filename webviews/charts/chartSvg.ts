import { extent, ticks, type Mark, type Point, type Series, type Span } from './series.ts';
import { svgDocument, svgPlace, svgText, type SvgColors } from './svgDocument.ts';

/** What a saved picture shows. */
export interface SvgChart {
  title: string;
  /** What the axis counts; empty where the title says it. */
  xLabel: string;
  series: readonly Series[];
  spans: readonly Span[];
  marks: readonly Mark[];
  from: number;
  to: number;
  formatX: (x: number) => string;
  formatY: (y: number) => string;
  /** Where the vertical axis starts, or null to fit the curves. */
  fromY: number | null;
  colors: SvgColors;
}

const width = 800;
const height = 400;
const margin = { left: 64, right: 16, top: 44, bottom: 64 };

/** Draws a chart as SVG of 800 × 400, readable by itself: title, axes, stages, curves and a legend. */
export function chartSvg(chart: SvgChart): string {
  const { colors, from, to } = chart;
  const [low, high] = padded(extent(chart.series, from, to), chart.fromY);
  const plotWidth = width - margin.left - margin.right;
  const plotHeight = height - margin.top - margin.bottom;
  const left = (x: number) => svgPlace(margin.left + ((x - from) / (to - from || 1)) * plotWidth);
  const top = (y: number) => svgPlace(margin.top + (1 - (y - low) / (high - low)) * plotHeight);
  const text = (x: number, y: number, value: string, more?: string) => svgText(x, y, value, colors.muted, more);
  const parts: string[] = [];
  for (const span of chart.spans) {
    const start = left(Math.max(from, span.from));
    const end = left(Math.min(to, span.to));
    if (end <= start) continue;
    parts.push(
      `<rect x="${start}" y="${margin.top}" width="${svgPlace(end - start)}" height="${plotHeight}" fill="${span.shade}"/>`,
    );
    parts.push(text(start + 4, margin.top + 14, span.label));
  }
  for (const tick of ticks(low, high, 6)) {
    parts.push(`<path d="M${margin.left} ${top(tick)}H${width - margin.right}" stroke="${colors.grid}"/>`);
    parts.push(text(margin.left - 8, top(tick) + 4, chart.formatY(tick), 'text-anchor="end"'));
  }
  for (const tick of ticks(from, to, 8)) {
    parts.push(text(left(tick), height - margin.bottom + 18, chart.formatX(tick), 'text-anchor="middle"'));
  }
  for (const mark of chart.marks.filter(({ x }) => x >= from && x <= to)) {
    parts.push(
      `<path d="M${left(mark.x)} ${margin.top}V${height - margin.bottom}" stroke="${mark.color}" stroke-dasharray="2 3"/>`,
      text(left(mark.x) + 4, height - margin.bottom - 6, mark.label),
    );
  }
  for (const series of chart.series) {
    const dash = series.dash.length > 0 ? ` stroke-dasharray="${series.dash.join(' ')}"` : '';
    const path = pathOf(series.points, from, to, left, top);
    parts.push(
      `<path d="${path}" fill="none" stroke="${series.color}" stroke-width="${series.width}" stroke-linejoin="round"${dash}/>`,
    );
  }
  let legendX = margin.left;
  for (const series of chart.series.filter(({ connector }) => connector !== true)) {
    const y = height - 14;
    parts.push(`<path d="M${legendX} ${y - 4}h20" stroke="${series.color}" stroke-width="${series.width}"/>`);
    parts.push(text(legendX + 24, y, series.label));
    legendX += 40 + series.label.length * 7;
  }
  parts.push(text(width - margin.right, height - margin.bottom + 36, chart.xLabel, 'text-anchor="end"'));
  return svgDocument({ title: chart.title, width, height, left: margin.left, colors, parts });
}

function padded(range: [number, number] | null, fromY: number | null): [number, number] {
  const [low, high] = range ?? [fromY ?? 0, (fromY ?? 0) + 1];
  const start = fromY ?? low;
  const pad = (high - start || Math.abs(high) || 1) * 0.05;
  return [fromY ?? low - pad, high + pad];
}

function pathOf(
  points: readonly Point[],
  from: number,
  to: number,
  left: (x: number) => number,
  top: (y: number) => number,
): string {
  let path = '';
  let open = false;
  for (const { x, y } of points) {
    if (x < from || x > to || !Number.isFinite(y)) {
      open = false;
      continue;
    }
    path += `${open ? 'L' : 'M'}${left(x)} ${top(y)}`;
    open = true;
  }
  return path;
}
