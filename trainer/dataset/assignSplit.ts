import { randomAt, textSeed } from '../protocol/random.ts';
import { Clusters, forEachNearPair } from './nearDuplicates.ts';
import { byCodeUnits, type SplitName } from './listedImage.ts';

/** What the split needs to know of an image. */
export interface SplittableImage {
  contentHash: string;
  label: string;
  group: string | null;
  /** As the data set says it itself, or null. */
  split: SplitName | null;
  facts: { phash: string; colours: string };
}

/** Sets of images that must stand on one side: the same file, near-duplicates, and groups. */
export function inseparable(images: readonly SplittableImage[]): Clusters {
  const clusters = new Clusters(images.length);
  for (const keyOf of [(image: SplittableImage) => image.contentHash, (image: SplittableImage) => image.group]) {
    const firstOf = new Map<string, number>();
    for (const [index, image] of images.entries()) {
      const key = keyOf(image);
      if (key === null) continue;
      const first = firstOf.get(key);
      if (first === undefined) firstOf.set(key, index);
      else clusters.join(first, index);
    }
  }
  forEachNearPair(
    images.map(({ facts }) => facts),
    (a, b) => clusters.join(a, b),
  );
  return clusters;
}

export interface AssignSplitOptions {
  images: readonly SplittableImage[];
  clusters: Clusters;
  seed: number;
  validationSplit: number;
  /** Sides by content hash, from earlier. */
  saved: ReadonlyMap<string, 'train' | 'validation'>;
}

/**
 * Assigns each image a side. What the data set says itself stands; then what was saved; then an image joins the side of what
 * it cannot be separated from; and the rest is drawn, class by class, so that each class has its share on both sides, at
 * least one image where it has two that can be separated. A draw depends on the seed and the image's content alone.
 */
export function assignSplit({ images, clusters, seed, validationSplit, saved }: AssignSplitOptions): SplitName[] {
  const sides: (SplitName | null)[] = images.map(({ split, contentHash }) => split ?? saved.get(contentHash) ?? null);
  // A data set that brings its own validation images is not split further: all others are for training.
  const hasValidation = images.some(({ split }) => split === 'validation');
  const open: { members: number[]; label: string; rank: number }[] = [];
  for (const members of clusters.members()) {
    const undecided = members.filter((index) => sides[index] === null);
    if (undecided.length === 0) continue;
    const side = hasValidation ? 'train' : sideOf(members, images, sides);
    if (side) {
      for (const index of undecided) sides[index] = side;
      continue;
    }
    const hashes = members.map((index) => images[index]?.contentHash ?? '').sort(byCodeUnits);
    const rank = randomAt(seed, 'split', textSeed(hashes[0] ?? '')).next();
    open.push({ members: undecided, label: mostFrequentLabel(members, images), rank });
  }
  open.sort((a, b) => a.rank - b.rank || (a.members[0] ?? 0) - (b.members[0] ?? 0));

  const counts = new Map<string, { validation: number; total: number; left: number }>();
  for (const [index, image] of images.entries()) {
    if (image.split === 'test') continue;
    const count = counts.get(image.label) ?? { validation: 0, total: 0, left: 0 };
    counts.set(image.label, count);
    count.total++;
    if (sides[index] === 'validation') count.validation++;
  }
  for (const { label } of open) {
    const count = counts.get(label);
    if (count) count.left++;
  }
  for (const { members, label } of open) {
    const count = counts.get(label);
    if (!count) continue;
    const target = Math.min(count.total - 1, Math.max(1, Math.round(count.total * validationSplit)));
    const missing = target - count.validation;
    count.left--;
    // A large set may overshoot by half of itself; the last set of a class without any image must not stay behind.
    const isTaken = missing > 0 && (members.length <= missing * 2 || (count.left === 0 && count.validation === 0));
    const wouldTakeAll = count.validation + members.length >= count.total;
    const side = isTaken && !wouldTakeAll ? 'validation' : 'train';
    for (const index of members) sides[index] = side;
    if (side === 'validation') {
      for (const index of members) {
        const own = counts.get(images[index]?.label ?? '');
        if (own) own.validation++;
      }
    }
  }
  return sides.map((side) => side ?? 'train');
}

/** The side of what is decided already in a set; where it stands on both, training takes what is new. */
function sideOf(
  members: readonly number[],
  images: readonly SplittableImage[],
  sides: readonly (SplitName | null)[],
): 'train' | 'validation' | null {
  let side: 'train' | 'validation' | null = null;
  for (const index of members) {
    const own = sides[index];
    if (own === 'train') return 'train';
    if (own === 'validation' && images[index]?.split !== 'test') side = 'validation';
  }
  return side;
}

function mostFrequentLabel(members: readonly number[], images: readonly SplittableImage[]): string {
  const counts = new Map<string, number>();
  for (const index of members) {
    const label = images[index]?.label ?? '';
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || byCodeUnits(a, b))[0]?.[0] ?? '';
}
