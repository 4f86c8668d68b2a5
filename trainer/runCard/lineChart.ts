import { html, type Html } from './html.ts';

/** One line of a chart: y values at x values, both ascending in x. */
export interface ChartLine {
  /** Which stage it belongs to, for its colour and dashes. */
  stage: number;
  /** Validation is drawn thick, training thin. */
  thick: boolean;
  points: readonly (readonly [x: number, y: number])[];
}

/** A part of the x axis, with what it is. */
export interface ChartBand {
  from: number;
  to: number;
  label: string;
}

export interface LineChart {
  title: string;
  xLabel: string;
  lines: readonly ChartLine[];
  bands: readonly ChartBand[];
  /** How a y value is written at its tick. */
  format: (value: number) => string;
}

const width = 640;
const height = 240;
const margin = { left: 52, right: 12, top: 22, bottom: 34 };

/** About `count` round values (1, 2 or 5 times a power of ten) that cover the range. */
export function roundTicks(low: number, high: number, count: number): number[] {
  const span = high > low ? high - low : Math.max(Math.abs(high), 1);
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? 10 * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** An SVG that needs neither script nor font; its colours come from the page's style. Nothing is drawn of what is not finite. */
export function lineChart({ title, xLabel, lines, bands, format }: LineChart): Html {
  const points = lines.flatMap((line) => line.points).filter(([, y]) => Number.isFinite(y));
  if (points.length === 0) return html``;
  const ys = points.map(([, y]) => y);
  const yTicks = roundTicks(Math.min(...ys), Math.max(...ys), 4);
  const [lowest, highest] = [yTicks[0] ?? 0, yTicks.at(-1) ?? 1];
  const xLow = Math.min(...bands.map(({ from }) => from));
  const xHigh = Math.max(...bands.map(({ to }) => to), xLow + 1e-9);
  const x = (value: number) => margin.left + ((value - xLow) / (xHigh - xLow)) * (width - margin.left - margin.right);
  const y = (value: number) =>
    height - margin.bottom - ((value - lowest) / (highest - lowest)) * (height - margin.top - margin.bottom);
  const fixed = (value: number) => value.toFixed(1);
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
    ${bands.map(
      (band, index) =>
        html`<rect
            class="band ${index % 2 === 0 ? 'even' : 'odd'}"
            x="${fixed(x(band.from))}"
            y="${margin.top}"
            width="${fixed(x(band.to) - x(band.from))}"
            height="${height - margin.top - margin.bottom}"
          /><text class="bandLabel" x="${fixed((x(band.from) + x(band.to)) / 2)}" y="${margin.top - 7}"
            >${band.label}</text
          >`,
    )}
    ${yTicks.map(
      (tick) =>
        html`<line
            class="grid"
            x1="${margin.left}"
            x2="${width - margin.right}"
            y1="${fixed(y(tick))}"
            y2="${fixed(y(tick))}"
          /><text class="tick" x="${margin.left - 6}" y="${fixed(y(tick) + 4)}" text-anchor="end"
            >${format(tick)}</text
          >`,
    )}
    ${lines.map((line) => lineOf(line, x, y))}
    <text class="axis" x="${width - margin.right}" y="${height - 8}" text-anchor="end">${xLabel}</text>
  </svg>`;
}

function lineOf({ stage, thick, points }: ChartLine, x: (value: number) => number, y: (value: number) => number): Html {
  const drawn = points.filter(([, value]) => Number.isFinite(value));
  const kind = `stage${Math.min(stage, 5)} ${thick ? 'thick' : 'thin'}`;
  const places = drawn.map(([atX, atY]) => `${x(atX).toFixed(1)},${y(atY).toFixed(1)}`);
  const [only] = drawn;
  // A line of one point would be invisible.
  if (drawn.length === 1 && only) {
    return html`<circle
      class="dot ${kind}"
      cx="${x(only[0]).toFixed(1)}"
      cy="${y(only[1]).toFixed(1)}"
      r="${thick ? 3.5 : 2}"
    />`;
  }
  return html`<polyline class="line ${kind}" points="${places.join(' ')}" />`;
}
