import type { Evaluation } from './runFolder.ts';

/**
 * For each image of one evaluation its place in an earlier one; −1 where that one has it not. Images are the same when
 * their content is, each counts once, and only where both evaluations call its true class the same, by name: a relabelled
 * image is neither progress nor its contrary.
 */
export function placesBefore(before: Evaluation, after: Evaluation): number[] {
  const left = new Map(before.images.contentHash.map((hash, at) => [hash, at]));
  const trueClass = ({ classNames, images }: Evaluation, at: number) => classNames[images.trueClass[at] ?? -1];
  return after.images.contentHash.map((hash, at) => {
    const place = left.get(hash);
    if (place === undefined || trueClass(before, place) !== trueClass(after, at)) return -1;
    left.delete(hash);
    return place;
  });
}
