import type { Evaluation } from '../../../trainer/protocol/runFolder.ts';
import { placesBefore } from '../../../trainer/protocol/sharedImages.ts';

/** Rows true, columns predicted. */
type Matrix = number[][];

/** What two evaluations say of the images that both hold, so that a change is the models' and not the images'. */
export interface SharedImages {
  shared: number;
  /** Wrong before and right after, and the other way round. */
  fixed: number;
  broken: number;
  before: Matrix;
  after: Matrix;
}

/** Whether the image at a place of an evaluation was called what it is. */
export function isRight({ images }: Evaluation, at: number): boolean {
  return images.trueClass[at] === images.predictedClass[at];
}

/** Compares two evaluations over the same classes; null where they are over others. Pure. */
export function sharedImages(before: Evaluation, after: Evaluation): SharedImages | null {
  const { classNames } = after;
  if (before.classNames.join('\n') !== classNames.join('\n')) return null;
  const empty = () => classNames.map(() => classNames.map(() => 0));
  const found: SharedImages = { shared: 0, fixed: 0, broken: 0, before: empty(), after: empty() };
  const count = (matrix: Matrix, { images }: Evaluation, at: number) => {
    const row = matrix[images.trueClass[at] ?? -1];
    const column = images.predictedClass[at] ?? -1;
    if (row?.[column] !== undefined) row[column]++;
  };
  placesBefore(before, after).forEach((place, at) => {
    if (place === -1) return;
    found.shared++;
    const [wasRight, nowRight] = [isRight(before, place), isRight(after, at)];
    if (nowRight && !wasRight) found.fixed++;
    if (wasRight && !nowRight) found.broken++;
    count(found.before, before, place);
    count(found.after, after, at);
  });
  return found;
}

/** Share of the images on a matrix's diagonal; 0 without images. */
export function accuracyOf(matrix: Matrix): number {
  const right = matrix.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  const all = matrix.reduce((sum, row) => sum + row.reduce((images, value) => images + value, 0), 0);
  return all === 0 ? 0 : right / all;
}

/** Recall and F1 of each class, as scikit-learn with `zero_division=0`; null where no image is of the class. */
export function figuresOf(matrix: Matrix): { recall: number | null; f1: number | null }[] {
  return matrix.map((row, at) => {
    const support = row.reduce((sum, value) => sum + value, 0);
    if (support === 0) return { recall: null, f1: null };
    const right = row[at] ?? 0;
    const predicted = matrix.reduce((sum, each) => sum + (each[at] ?? 0), 0);
    return { recall: right / support, f1: (2 * right) / (support + predicted) };
  });
}

/** How the recall of each class changed, on the images that both evaluations hold; null where they share none. Pure. */
export function recallChange(
  before: Evaluation,
  after: Evaluation,
): { shared: number; recall: (number | null)[] } | null {
  const found = sharedImages(before, after);
  if (found === null || found.shared === 0) return null;
  const was = figuresOf(found.before);
  const recall = figuresOf(found.after).map(({ recall: now }, at) => {
    const then = was[at]?.recall;
    return now === null || then == null ? null : now - then;
  });
  return { shared: found.shared, recall };
}
