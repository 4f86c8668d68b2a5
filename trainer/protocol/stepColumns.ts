import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { runPaths } from './runPaths.ts';

/** The metrics of a `steps` event that are kept as columns. */
export const stepMetrics = ['loss', 'accuracy', 'inputMs', 'stepMs'] as const;
export type StepMetric = (typeof stepMetrics)[number];

/** Path of one column: little-endian Float32, the value of step `n` at byte `4 n`; NaN where a step left none. */
export function stepColumnFile(runFolder: string, metric: StepMetric): string {
  return path.join(runPaths(runFolder).stepColumns, `${metric}.f32`);
}

/** Step metrics of a range, reduced to what can be drawn. */
export interface ReducedSteps {
  /** First step of each bucket. */
  step: number[];
  min: number[];
  max: number[];
  mean: number[];
  /** Steps that the range has. */
  count: number;
}

/** Steps of a column that are there now; 0 where there is none. */
export function countSteps(runFolder: string, metric: StepMetric): number {
  const descriptor = openIfThere(stepColumnFile(runFolder, metric));
  if (descriptor === null) return 0;
  try {
    return Math.floor(fstatSync(descriptor).size / 4);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads steps `from` up to but not including `to` of one metric, reduced to at most `points` buckets of equal length, so
 * that no peak is lost. A million steps are read and reduced in a few milliseconds. Values that are not numbers are
 * left out of a bucket; a bucket without any number is NaN.
 */
export function readStepColumn(
  runFolder: string,
  metric: StepMetric,
  range: { from: number; to: number; points: number },
): ReducedSteps {
  const reduced: ReducedSteps = { step: [], min: [], max: [], mean: [], count: 0 };
  const descriptor = openIfThere(stepColumnFile(runFolder, metric));
  if (descriptor === null) return reduced;
  try {
    const end = Math.min(range.to, Math.floor(fstatSync(descriptor).size / 4));
    const from = Math.max(0, Math.min(range.from, end));
    const values = new Float32Array(end - from);
    readSync(descriptor, new Uint8Array(values.buffer), 0, values.byteLength, from * 4);
    reduceSteps(values, from, range.points, reduced);
  } finally {
    closeSync(descriptor);
  }
  return reduced;
}

function reduceSteps(values: Float32Array, from: number, points: number, into: ReducedSteps): void {
  into.count = values.length;
  const perBucket = Math.max(1, Math.ceil(values.length / Math.max(1, points)));
  for (let start = 0; start < values.length; start += perBucket) {
    const stop = Math.min(values.length, start + perBucket);
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let sum = 0;
    let counted = 0;
    for (let i = start; i < stop; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      counted++;
    }
    into.step.push(from + start);
    into.min.push(counted > 0 ? min : Number.NaN);
    into.max.push(counted > 0 ? max : Number.NaN);
    into.mean.push(counted > 0 ? sum / counted : Number.NaN);
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
