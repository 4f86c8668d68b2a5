import { extent, ticks, type Mark, type Point, type Series, type Span } from './series.ts';

/** What a saved picture shows. */
export interface SvgChart {
  title: string;
  xLabel: string;
  series: readonly Series[];
  spans: readonly Span[];
  marks: readonly Mark[];
  from: number;
  to: number;
  formatX: (x: number) => string;
  formatY: (y: number) => string;
  colors: { background: string; foreground: string; muted: string; grid: string; fontFamily: string };
}

const width = 800;
const height = 400;
const margin = { left: 64, right: 16, top: 44, bottom: 64 };

function escapeXml(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
      // XML 1.0 has no control characters, escaped or not.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd')
  );
}

/** Draws a chart as SVG of 800 × 400, readable by itself: title, axes, stages, curves and a legend. */
export function chartSvg(chart: SvgChart): string {
  const { colors, from, to } = chart;
  const [low, high] = padded(extent(chart.series, from, to));
  const plotWidth = width - margin.left - margin.right;
  const plotHeight = height - margin.top - margin.bottom;
  const left = (x: number) => round(margin.left + ((x - from) / (to - from || 1)) * plotWidth);
  const top = (y: number) => round(margin.top + (1 - (y - low) / (high - low)) * plotHeight);
  const text = (x: number, y: number, value: string, more = '') =>
    `<text x="${x}" y="${y}" fill="${colors.muted}" ${more}>${escapeXml(value)}</text>`;
  const parts: string[] = [];
  for (const span of chart.spans) {
    const start = left(Math.max(from, span.from));
    const end = left(Math.min(to, span.to));
    if (end <= start) continue;
    parts.push(
      `<rect x="${start}" y="${margin.top}" width="${round(end - start)}" height="${plotHeight}" fill="${span.shade}"/>`,
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
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="${escapeXml(colors.fontFamily)}" font-size="12">`,
    `<title>${escapeXml(chart.title)}</title><rect width="100%" height="100%" fill="${colors.background}"/>`,
    `<text x="${margin.left}" y="24" fill="${colors.foreground}" font-size="14">${escapeXml(chart.title)}</text>`,
    ...parts,
    text(width - margin.right, height - margin.bottom + 36, chart.xLabel, 'text-anchor="end"'),
    '</svg>\n',
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function padded(range: [number, number] | null): [number, number] {
  if (range === null) return [0, 1];
  const [low, high] = range;
  const pad = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - pad, high + pad];
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
