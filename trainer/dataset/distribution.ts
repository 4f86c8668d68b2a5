import type { Distribution } from '../protocol/scan.ts';

const bins = 40;
const gridPoints = 512;

/** How many images lie where, between the least and the 99.5th percentile, and where they lie most densely. */
export function distributionOf(values: ArrayLike<number>): Distribution {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const [min, median, max] = [at(0), at(0.5), at(1)];
  const upper = Math.max(at(0.995), min + 1);
  const width = (upper - min) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted) {
    const bin = Math.min(bins - 1, Math.floor((value - min) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const edges = Array.from({ length: bins + 1 }, (_, edge) => min + edge * width);
  return { min, median, max, peak: densityPeak(sorted), counts, edges };
}

/**
 * Where the density of the values is highest, smoothed by a Gaussian of Silverman's width (Density Estimation, 1986, 3.31).
 *
 * @param sorted ascending.
 */
export function densityPeak(sorted: Float64Array): number {
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const from = quantile(0);
  const to = quantile(0.995);
  if (sorted.length === 0 || to <= from) return from;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  const spread = quantile(0.75) - quantile(0.25);
  const deviation = spread > 0 ? Math.min(Math.sqrt(variance), spread / 1.34) : 0;
  const step = (to - from) / (gridPoints - 1);
  const bandwidth = Math.max(step, 0.9 * deviation * sorted.length ** -0.2);
  const grid = new Float64Array(gridPoints);
  for (const value of sorted) {
    const point = Math.min(gridPoints - 1, Math.round((value - from) / step));
    grid[point] = (grid[point] ?? 0) + 1;
  }
  let best = 0;
  let bestDensity = -1;
  for (let point = 0; point < gridPoints; point++) {
    let density = 0;
    for (let other = 0; other < gridPoints; other++) {
      const count = grid[other] ?? 0;
      if (count > 0) density += count * Math.exp(-0.5 * (((point - other) * step) / bandwidth) ** 2);
    }
    if (density > bestDensity) {
      bestDensity = density;
      best = point;
    }
  }
  return from + best * step;
}

/**
 * Stage sizes for images whose sides are densest at `peak` pixels: about a third of it, as the article chooses, then doubled
 * twice. Multiples of 16, so that they can be halved as often as networks do.
 */
export function suggestSizes(peak: number): number[] {
  const first = Math.min(256, Math.max(16, Math.round(peak / 3 / 16) * 16));
  return [first, first * 2, first * 4];
}
