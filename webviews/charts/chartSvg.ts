import {
  extent,
  markWeights,
  spanTexts,
  ticks,
  withRoom,
  type Mark,
  type Point,
  type Series,
  type Span,
} from './series.ts';
import { markerPath } from './markers.ts';
import { fittingText, placeLabels } from './placeLabels.ts';
import { svgDocument, svgName, svgPlace, svgText, type SvgColors } from './svgDocument.ts';

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
  /** What values can be at least and at most. */
  limitsY?: readonly [number, number];
  colors: SvgColors;
}

const width = 800;
const plotBottom = 336;
const legendTop = 386;
const legendRow = 20;
/** Of a sign in the legend, the gap behind it, and a letter of text about. */
const signWidth = 32;
const signGap = 8;
const letterWidth = 7;
/** A longer name is cut in the legend. */
const mostLetters = 40;
/** Names of marks stand in so many rows of that height over the axis. */
const markRows = 3;
const markRow = 16;
const margin = { left: 64, right: 16, top: 44 };

/** Draws a chart as SVG of 800 pixels' width, readable by itself: title, axes, stages, curves and, below, a legend. */
export function chartSvg(chart: SvgChart): string {
  const { colors, from, to } = chart;
  const [low, high] = padded(extent(chart.series, from, to), chart);
  const plotWidth = width - margin.left - margin.right;
  const plotHeight = plotBottom - margin.top;
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
    const name = fittingText(spanTexts(span), end - start - 8, widthOf);
    if (name !== null) parts.push(text(start + 4, margin.top + 14, name));
  }
  for (const tick of ticks(low, high, 6)) {
    parts.push(`<path d="M${margin.left} ${top(tick)}H${width - margin.right}" stroke="${colors.grid}"/>`);
    parts.push(text(margin.left - 8, top(tick) + 4, chart.formatY(tick), 'text-anchor="end"'));
  }
  for (const tick of ticks(from, to, 8)) {
    parts.push(text(left(tick), plotBottom + 18, chart.formatX(tick), 'text-anchor="middle"'));
  }
  const marks = chart.marks.filter(({ x }) => x >= from && x <= to);
  const wanted = marks.map((mark) => ({
    at: left(mark.x),
    width: widthOf(mark.label),
    weight: markWeights[mark.kind],
  }));
  const places = placeLabels(wanted, { left: margin.left, right: width - margin.right, rows: markRows });
  for (const { x, color } of marks) {
    parts.push(`<path d="M${left(x)} ${margin.top}V${plotBottom}" stroke="${color}" stroke-dasharray="2 3"/>`);
  }
  // Curves go on to the edge of what is shown, and no further.
  parts.push(
    `<clipPath id="plot"><rect x="${margin.left}" y="${margin.top}" width="${plotWidth}" height="${plotHeight}"/></clipPath>`,
    '<g clip-path="url(#plot)">',
  );
  for (const series of chart.series) {
    const { band, color, points } = series;
    if (!band) continue;
    const edge = (values: readonly number[]) => points.map(({ x }, at): Point => ({ x, y: values[at] ?? Number.NaN }));
    parts.push(`<path d="${bandOf(edge(band.min), edge(band.max), left, top)}" fill="${color}" fill-opacity="0.22"/>`);
  }
  for (const series of chart.series) {
    const line = `stroke="${series.color}" stroke-width="${series.width}"${dashOf(series)}`;
    parts.push(`<path d="${pathOf(series.points, left, top)}" fill="none" ${line} stroke-linejoin="round"/>`);
    const radius = series.points.length > 60 ? 0 : (series.marker ?? 0);
    if (radius === 0) continue;
    const drawn = series.points.filter(({ x, y }) => x >= from && x <= to && Number.isFinite(y));
    const outline = drawn.map(({ x, y }) => markerPath(series.form ?? 'circle', left(x), top(y), radius)).join('');
    parts.push(`<path d="${outline}" fill="${series.color}"/>`);
  }
  parts.push('</g>');
  places.forEach((place, index) => {
    const label = marks[index]?.label;
    if (!place || label === undefined) return;
    const y = plotBottom - place.row * markRow;
    const room = `width="${svgPlace(widthOf(label))}" height="${markRow}"`;
    parts.push(
      `<rect x="${svgPlace(place.left)}" y="${y - markRow}" ${room} fill="${colors.background}"/>`,
      text(svgPlace(place.left), y - 4, label),
    );
  });
  parts.push(text(width - margin.right, plotBottom + 36, chart.xLabel, 'text-anchor="end"'));
  const legend = legendOf(chart.series, text);
  return svgDocument({
    title: chart.title,
    width,
    height: legendTop + legend.rows * legendRow,
    left: margin.left,
    colors,
    parts: [...parts, ...legend.parts],
  });
}

/** About how wide a text is. */
function widthOf(text: string): number {
  return [...text].length * letterWidth;
}

/** Which line is which, in as many rows as it takes. */
function legendOf(
  series: readonly Series[],
  text: (x: number, y: number, value: string) => string,
): { parts: string[]; rows: number } {
  const parts: string[] = [];
  let [x, row] = [margin.left, 0];
  for (const one of series.filter(({ connector }) => connector !== true)) {
    const label = svgName(one.label, mostLetters);
    const room = signWidth + signGap + widthOf(label);
    if (x > margin.left && x + room > width - margin.right) [x, row] = [margin.left, row + 1];
    const y = legendTop + row * legendRow;
    const line = `stroke="${one.color}" stroke-width="${one.width}"${dashOf(one)}`;
    parts.push(`<path d="M${x} ${y}h${signWidth}" fill="none" ${line}/>`);
    if (one.form) parts.push(`<path d="${markerPath(one.form, x + signWidth / 2, y, 4)}" fill="${one.color}"/>`);
    parts.push(text(x + signWidth + signGap, y + 4, label));
    x += room + 2 * signGap;
  }
  return { parts, rows: row + 1 };
}

function dashOf({ dash }: Series): string {
  return dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '';
}

/** The area between two edges, broken where either is no number. */
function bandOf(
  low: readonly Point[],
  high: readonly Point[],
  left: (x: number) => number,
  top: (y: number) => number,
): string {
  let path = '';
  let run: { x: number; low: number; high: number }[] = [];
  const close = () => {
    const forth = run.map(({ x, high: y }) => `${left(x)} ${top(y)}`);
    const back = [...run].reverse().map(({ x, low: y }) => `${left(x)} ${top(y)}`);
    if (run.length > 1) path += `M${[...forth, ...back].join('L')}Z`;
    run = [];
  };
  low.forEach(({ x, y }, at) => {
    const upper = high[at]?.y ?? Number.NaN;
    if (Number.isFinite(y) && Number.isFinite(upper)) run.push({ x, low: y, high: upper });
    else close();
  });
  close();
  return path;
}

function padded(range: [number, number] | null, { fromY, limitsY }: SvgChart): [number, number] {
  const [low, high] = range ?? [fromY ?? 0, (fromY ?? 0) + 1];
  const [bottom, top] = withRoom(fromY ?? low, high, limitsY);
  return [fromY ?? bottom, top];
}

function pathOf(points: readonly Point[], left: (x: number) => number, top: (y: number) => number): string {
  let path = '';
  let open = false;
  for (const { x, y } of points) {
    if (!Number.isFinite(y)) {
      open = false;
      continue;
    }
    path += `${open ? 'L' : 'M'}${left(x)} ${top(y)}`;
    open = true;
  }
  return path;
}
