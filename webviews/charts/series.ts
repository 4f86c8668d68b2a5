import type { MarkerForm } from './markers.ts';

/** A point of a curve. `y` may be NaN or infinite: such a point is not drawn, and the curve breaks there. */
export interface Point {
  x: number;
  y: number;
}

/** One curve as a chart draws it. */
export interface Series {
  id: string;
  /** What the legend, the tooltip and the table say. */
  label: string;
  color: string;
  dash: number[];
  /** Line width in pixels: train is thin, validation thick. */
  width: number;
  /** Sorted by `x`. */
  points: readonly Point[];
  /** Lowest and highest values around the points, drawn as a shade; as long as `points`. */
  band?: { min: readonly number[]; max: readonly number[] };
  /** Radius of the points' markers in pixels; 0 for none. */
  marker?: number;
  /** Their form; round where left out. */
  form?: MarkerForm;
  /** A line that only joins two curves: not in legend, tooltip or table. */
  connector?: boolean;
}

/** A stretch of the axis with a name: a stage. */
export interface Span {
  from: number;
  to: number;
  label: string;
  /** More about it, for where there is room; what matters most first. */
  details?: readonly string[];
  shade: string;
  color: string;
}

/** A place on the axis with a name: a best epoch, a cut of the learning rate, a stop. */
export interface Mark {
  x: number;
  label: string;
  kind: 'best' | 'learningRate' | 'stop';
  color: string;
}

/** Which marks keep their names where there is not room for all. */
export const markWeights: Record<Mark['kind'], number> = { stop: 3, best: 2, learningRate: 1 };

/** The marks that stand at a place, of an axis of which so much is shown. */
export function marksAt(marks: readonly Mark[], x: number, shownWidth: number): Mark[] {
  return marks.filter((mark) => isNear(mark.x, x, shownWidth));
}

/** How far from a place something still stands at it, as a share of what is shown. */
const nearShare = 0.005;

/** Whether two places are the same to a reader. */
export function isNear(a: number, b: number, shownWidth: number): boolean {
  return Math.abs(a - b) <= shownWidth * nearShare + 1e-9;
}

/** What a stretch may be called, the longest first. */
export function spanTexts({ label, details = [] }: Span): string[] {
  const shorter = details.map((_, dropped) => `${label}  ${details.slice(0, details.length - dropped).join(', ')}`);
  return [...shorter, label];
}

/**
 * Reduces a curve to at most about `2 × buckets` points: of each stretch of the axis its lowest and its highest, in order.
 * The outline that a reader sees stays; a spike is never lost. Points that are not finite survive as breaks.
 */
export function thin(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= buckets * 2 || buckets < 1) return points;
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || last.x <= first.x) return points.slice(0, buckets * 2);
  const width = (last.x - first.x) / buckets;
  const kept: Point[] = [];
  let at = 0;
  for (let bucket = 0; bucket < buckets && at < points.length; bucket++) {
    const end = bucket === buckets - 1 ? Number.POSITIVE_INFINITY : first.x + width * (bucket + 1);
    let low: Point | null = null;
    let high: Point | null = null;
    let hole: Point | null = null;
    for (let point = points[at]; point && point.x < end; point = points[++at]) {
      if (!Number.isFinite(point.y)) {
        hole ??= point;
        continue;
      }
      if (low === null || point.y < low.y) low = point;
      if (high === null || point.y > high.y) high = point;
    }
    const inBucket = new Set([low, high, hole].filter((point) => point !== null));
    kept.push(...[...inBucket].sort((a, b) => a.x - b.x));
  }
  return kept;
}

/**
 * Exponential moving average with the start corrected, as TensorBoard smooths: `weight` 0 is none, towards 1 is smoother.
 * What is not finite stays as it is and is left out of the average.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) return [...values];
  let average = 0;
  let debias = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = average * weight + (1 - weight) * value;
    debias *= weight;
    return average / (1 - debias);
  });
}

/** The point of a curve next to a place on the axis; null for an empty curve. */
export function nearestPoint(points: readonly Point[], x: number): Point | null {
  return points[nearestIndex(points, x)] ?? null;
}

/** The index of the point next to a place on the axis; −1 for an empty curve. Binary search. */
export function nearestIndex(points: readonly Point[], x: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.x ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [points[low - 1], points[low]];
  if (!after) return -1;
  return before && x - before.x <= after.x - x ? low - 1 : low;
}

/** The next place where a curve has a point, in a direction; the nearest edge at first. Null where there is none. */
export function nextPlace(
  series: readonly Series[],
  x: number | null,
  forward: boolean,
  { from, to }: { from: number; to: number },
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

/** The lowest and highest finite value of curves within a range of the axis; null where there is none. */
export function extent(series: readonly Series[], from: number, to: number): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { points } of series) {
    for (const { x, y } of points) {
      if (x < from || x > to || !Number.isFinite(y)) continue;
      low = Math.min(low, y);
      high = Math.max(high, y);
    }
  }
  return low <= high ? [low, high] : null;
}

/** Round steps for an axis: 1, 2 or 5 times a power of ten; at most about `most` ticks. */
export function ticks(low: number, high: number, most: number): number[] {
  if (!(high > low) || most < 1) return [low];
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const found: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) {
    found.push(Number((index * step).toPrecision(12)));
  }
  return found;
}

/** A range with some room below and above, but not beyond what values can be, least and most. */
export function withRoom(
  low: number,
  high: number,
  [least, most]: readonly [number, number] = [-Infinity, Infinity],
): [number, number] {
  const room = (high - low || Math.abs(high) || 1) * 0.03;
  return [Math.max(least, low - room), Math.min(most, high + room)];
}
