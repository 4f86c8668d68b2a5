import type { Evaluation } from '../protocol/runFolder.ts';
import { placesBefore } from '../protocol/sharedImages.ts';
import { imageRecords, type ImageRecord } from './topLosses.ts';

/** One image in two evaluations. */
export interface ImageChange {
  before: ImageRecord;
  after: ImageRecord;
}

/** What changed from one evaluation to another, on the images that both scored. */
export interface StageDelta {
  shared: number;
  accuracyBefore: number;
  accuracyAfter: number;
  /** Wrong before, right now; the surest first. */
  fixed: ImageChange[];
  /** Right before, wrong now; the surest first. */
  broken: ImageChange[];
  /** Wrong both times, with another answer. */
  changedMind: ImageChange[];
  /** Two-sided exact McNemar test: how probable so uneven a split of fixed and broken is, were neither model better. */
  pValue: number;
}

const className = (evaluation: Evaluation, index: number) => evaluation.classNames[index];

/**
 * The images that two evaluations share: the same content, and the same true class (by name), so that a relabelled image is no
 * progress.
 */
export function pairedImages(before: Evaluation, after: Evaluation): ImageChange[] {
  const [earlier, later] = [imageRecords(before), imageRecords(after)];
  return placesBefore(before, after).flatMap((place, at): ImageChange[] => {
    const [match, record] = [earlier[place], later[at]];
    return match && record ? [{ before: match, after: record }] : [];
  });
}

/** Compares two evaluations image by image, on the images that they share. Throws when they share none. */
export function stageDelta(before: Evaluation, after: Evaluation): StageDelta {
  const pairs = pairedImages(before, after);
  if (pairs.length === 0)
    throw new Error('The two evaluations share no image. Are they of the same data set and split?');
  const right = (record: ImageRecord) => record.predictedClass === record.trueClass;
  const chosen = (test: (pair: ImageChange) => boolean) =>
    pairs.filter(test).sort((a, b) => b.after.confidence - a.after.confidence);
  const fixed = chosen((pair) => !right(pair.before) && right(pair.after));
  const broken = chosen((pair) => right(pair.before) && !right(pair.after));
  const changedMind = chosen(
    (pair) =>
      !right(pair.before) &&
      !right(pair.after) &&
      className(before, pair.before.predictedClass) !== className(after, pair.after.predictedClass),
  );
  return {
    shared: pairs.length,
    accuracyBefore: pairs.filter((pair) => right(pair.before)).length / pairs.length,
    accuracyAfter: pairs.filter((pair) => right(pair.after)).length / pairs.length,
    fixed,
    broken,
    changedMind,
    pValue: mcNemar(fixed.length, broken.length),
  };
}

/** Two-sided exact McNemar test: the binomial tail of the smaller count among both, at even odds, doubled. */
export function mcNemar(fixed: number, broken: number): number {
  const trials = fixed + broken;
  // In logarithms, since 2^-trials is too small for a double beyond 1,074 changes.
  let logTerm = -trials * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(fixed, broken); k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((trials - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
