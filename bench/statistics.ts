import { randomAt } from '../trainer/protocol/random.ts';

/** Middle value; the mean of the middle two where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? NaN)) / 2;
}

/** Lowest and highest value. */
export function spread(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** 95 % interval of the median by the percentile bootstrap (Efron 1979), 4,000 resamples; the same for the same values. */
export function medianInterval(values: readonly number[]): [number, number] {
  const random = randomAt(1, 'sample');
  const medians = Array.from({ length: 4000 }, () =>
    median(values.map(() => values[Math.floor(random.next() * values.length)] ?? NaN)),
  ).sort((a, b) => a - b);
  return [medians[100] ?? NaN, medians[3899] ?? NaN];
}
