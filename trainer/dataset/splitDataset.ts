import type { DatasetOptions } from '../protocol/config.ts';
import type { DatasetProblem } from '../protocol/datasetProblem.ts';
import { assignSplit, inseparable, type SplittableImage } from './assignSplit.ts';
import { printable, type SplitName } from './listedImage.ts';
import type { Clusters } from './nearDuplicates.ts';
import { readSavedSplit, savedSides, writeSavedSplit } from './savedSplit.ts';

export interface SplitDatasetOptions {
  images: readonly (SplittableImage & { file: string })[];
  /** Where the split is saved. */
  file: string;
  options: DatasetOptions;
  /** Draws the split where none is saved yet. */
  seed: number;
  /** Whether new decisions are saved; a scan only looks. */
  save: boolean;
}

/** The side of each image, what cannot be separated, and where it is separated all the same. */
export interface DatasetSplit {
  sides: SplitName[];
  clusters: Clusters;
  /** A problem for each set that the data set itself puts on both sides. */
  leaks: DatasetProblem[];
}

/** Splits a data set: as it says itself, as it was split before, and the rest by the saved seed. */
export async function splitDataset(given: SplitDatasetOptions): Promise<DatasetSplit> {
  const { file, options, seed, save } = given;
  const images = withRoomForValidation(given.images);
  const saved = await readSavedSplit(file);
  const known = savedSides(saved);
  const drawnBy = saved?.seed ?? seed;
  const { validationSplit } = options;
  const clusters = inseparable(images);
  // Test images take no part in the split: with and without them it must come out the same.
  const own = [...images.keys()].filter((index) => images[index]?.split !== 'test');
  const ownImages = own.map((index) => images[index]).filter((image) => image !== undefined);
  const ownSides = assignSplit({
    images: ownImages,
    clusters: own.length === images.length ? clusters : inseparable(ownImages),
    seed: drawnBy,
    validationSplit,
    saved: known,
  });
  const sides = images.map((): SplitName => 'test');
  for (const [at, index] of own.entries()) sides[index] = ownSides[at] ?? 'train';
  let isNew = false;
  for (const [index, image] of images.entries()) {
    const side = sides[index];
    if (image.split !== null || side === 'test' || side === undefined || known.has(image.contentHash)) continue;
    known.set(image.contentHash, side);
    isNew = true;
  }
  if (isNew && save) {
    await writeSavedSplit(file, { seed: drawnBy, validationSplit, groupBy: options.groupBy ?? null }, known);
  }
  return { sides, clusters, leaks: findLeaks(images, sides, clusters) };
}

/** A data set of `train/` and `test/` alone says nothing of validation: those images come out of the training ones. */
function withRoomForValidation<T extends SplittableImage>(images: readonly T[]): readonly T[] {
  const isTrainOnly = images.every(({ split }) => split === 'train' || split === 'test');
  return isTrainOnly ? images.map((image) => (image.split === 'train' ? { ...image, split: null } : image)) : images;
}

function findLeaks(
  images: readonly { file: string; label: string }[],
  sides: readonly SplitName[],
  clusters: Clusters,
): DatasetProblem[] {
  const leaks: DatasetProblem[] = [];
  const order: SplitName[] = ['train', 'validation', 'test'];
  const rank = (index: number) => order.indexOf(sides[index] ?? 'train');
  for (const members of clusters.members(2)) {
    const sorted = [...members].sort((a, b) => rank(a) - rank(b));
    const first = sorted[0] ?? 0;
    const last = sorted.at(-1) ?? first;
    const [seen, scored] = [images[first], images[last]];
    if (rank(first) === rank(last) || !seen || !scored) continue;
    const side = order[rank(last)] ?? '';
    leaks.push({
      kind: 'leak',
      file: scored.file,
      className: scored.label,
      message:
        `${printable(scored.file)} (${side}) and ${printable(seen.file)} (${order[rank(first)] ?? ''}) are the same or nearly the same picture, ` +
        `or of one group. The ${side} score looks better than it is.`,
      severity: 'warning',
      leftOut: false,
    });
  }
  return leaks;
}
