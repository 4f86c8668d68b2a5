import { createHash } from 'node:crypto';
import type { DatasetOptions, Fit } from '../protocol/config.ts';
import type { DatasetProblem } from '../protocol/datasetProblem.ts';
import { baseSizeOf } from '../protocol/preprocessing.ts';
import { workspacePaths } from '../protocol/runPaths.ts';
import { checkClasses, unvalidatedClassProblems } from './checkClasses.ts';
import { classNamesOf } from './classList.ts';
import { DecodedImageCache, type DecodeAnnouncement } from './decodedImageCache.ts';
import { examineImages, type ExaminedImage, type Progress } from './examineImages.ts';
import { ImageIndex } from './imageIndex.ts';
import { listDataset, type DatasetListing } from './listDataset.ts';
import type { SplitName } from './listedImage.ts';
import { releaseLease, SegmentLease } from './pixelCacheBudget.ts';
import { splitFile } from './savedSplit.ts';
import { splitDataset } from './splitDataset.ts';
import { ThumbnailAtlas } from './thumbnailAtlas.ts';

export interface PrepareDatasetOptions {
  options: DatasetOptions;
  /** Absolute path that relative paths of the options are relative to. */
  baseDirectory: string;
  /** Absolute path of the folder that holds `.upsize`. */
  workspace: string;
  /** Sides of the images to cache, the one that is needed first first: where `cacheBytes` is short, it comes before the others. */
  sizes: readonly number[];
  /** Draws the split where none is saved yet. */
  seed: number;
  cacheBytes: number;
  /** Whether test images are read. Only evaluating on them may ask for it; without it their files are never opened. */
  includeTest?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: Progress | undefined;
  /** Told before decoding begins how much it will be. */
  onAnnounce?: ((announcement: DecodeAnnouncement) => void) | undefined;
}

/** One image that takes part. */
export interface PreparedImage {
  /** Relative to the root, with `/`. */
  file: string;
  /** Index of its effective class in `classNames`. */
  label: number;
  split: SplitName;
  /** SHA-256 of the file, hexadecimal. */
  contentHash: string;
  /** Of the picture as it is seen, in pixels. */
  width: number;
  height: number;
  bytes: number;
}

/** A data set that is ready to be trained on: plain data, which can be sent to a worker. */
export interface PreparedDataset {
  /** Absolute path that `file` is relative to. */
  root: string;
  /** Sorted; in the order of a model's outputs. */
  classNames: string[];
  /** In the order of their files; images are meant by their index in it. */
  images: PreparedImage[];
  /** Class index of each image. */
  labels: Int32Array;
  /** Image indices, ascending. */
  train: Uint32Array;
  validation: Uint32Array;
  /** Empty unless test images were asked for. */
  test: Uint32Array;
  /** Test images by their number, whether they were read or not. */
  testCount: number;
  /** Training images of each class. */
  trainPerClass: number[];
  /** SHA-256 over the files for training and validation, whatever their names, labels and sides. */
  fingerprint: string;
  /** SHA-256 over the side of each of them. */
  splitHash: string;
  /** SHA-256 over the effective label of each of them. */
  labelsHash: string;
  /** SHA-256 over the images' contents in their order, by which random draws know them. */
  orderHash: string;
  problems: DatasetProblem[];
  /** Images that take no part because of a problem. */
  leftOut: number;
  /** Images that the labels file takes out, and gives another label. */
  excluded: number;
  relabelled: number;
  fit: Fit;
  /** Folder of the cache. */
  cache: string;
  /** What keeps the cached images from being evicted; `releaseDataset` ends it. */
  lease: string;
}

/** Decoded images between two points at which what is done is kept. */
const bytesAKeep = 512_000_000;

/**
 * Makes a data set ready: lists it, applies the labels file, looks at every file that is new or changed, splits it, and
 * decodes what the cache lacks. Unchanged files are neither read nor decoded again.
 *
 * @throws DatasetError when it cannot be trained on: no images, fewer than two classes, a class with fewer than two images.
 */
export async function prepareDataset(given: PrepareDatasetOptions): Promise<PreparedDataset> {
  const { options, workspace, signal, onProgress } = given;
  const listing = await listDataset(options, given.baseDirectory, signal);
  const testCount = listing.images.filter(({ split }) => split === 'test').length;
  const listed = given.includeTest ? listing.images : listing.images.filter(({ split }) => split !== 'test');
  const { cache, splits } = workspacePaths(workspace);
  const lease = new SegmentLease(cache);
  try {
    const { readable, problems } = await examineListed({ ...given, listing: { ...listing, images: listed }, lease });
    problems.unshift(...listing.problems);
    const images = checkClasses(readable, problems, listing.source);
    onProgress?.(0, images.length, 'split');
    const file = splitFile(splits, workspace, listing.source, options);
    const { sides, leaks } = await splitDataset({ images, file, options, seed: given.seed, save: true });
    problems.push(...leaks, ...unvalidatedClassProblems(images, sides));
    return { ...describe(images, sides, listing, problems), testCount, fit: options.fit, cache, lease: lease.file };
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/** Looks at the listed images and decodes what the cache lacks of them: what preparing and scanning share. */
export async function examineListed(
  given: Omit<PrepareDatasetOptions, 'seed'> & { listing: DatasetListing; lease: SegmentLease },
) {
  const { options, workspace, sizes, cacheBytes, listing, lease, signal, onProgress, onAnnounce } = given;
  const { cache } = workspacePaths(workspace);
  const index = await ImageIndex.open(cache, listing.root);
  index.prune(new Set(listing.images.map(({ file }) => file)));
  const atlas = await ThumbnailAtlas.open(cache);
  const lookSide = baseSizeOf(sizes[0] ?? 64);
  const { fit } = options;
  const sink = await DecodedImageCache.open({
    cache,
    cacheBytes,
    sizes,
    fit,
    atlas,
    thumbnailSide: lookSide,
    lease,
    onAnnounce,
  });
  const largest = Math.max(64, ...sizes);
  const imagesAKeep = Math.max(256, Math.floor(bytesAKeep / (largest * largest * 3)));
  const { root, images } = listing;
  const examined = await examineImages({ root, images, index, fit, lookSide, sink, imagesAKeep, onProgress, signal });
  return { ...examined, atlas };
}

function describe(
  images: readonly ExaminedImage[],
  sides: readonly SplitName[],
  listing: DatasetListing,
  problems: DatasetProblem[],
) {
  const isTested = (index: number) => sides[index] === 'test';
  const classNames = classNamesOf(images.filter((_, index) => !isTested(index)).map(({ label }) => label));
  const classOf = new Map(classNames.map((name, index) => [name, index]));
  const labels = Int32Array.from(images, ({ label }) => classOf.get(label) ?? -1);
  const indicesOf = (side: SplitName) => Uint32Array.from([...images.keys()].filter((index) => sides[index] === side));
  const train = indicesOf('train');
  const trainPerClass = classNames.map(() => 0);
  for (const index of train) trainPerClass[labels[index] ?? 0] = (trainPerClass[labels[index] ?? 0] ?? 0) + 1;
  const shown = [...images.keys()].filter((index) => !isTested(index));
  const hashOver = (textOf: (image: ExaminedImage, index: number) => string) => {
    const lines = shown.map((index) => {
      const image = images[index];
      return image ? `${image.contentHash} ${textOf(image, index)}\n` : '';
    });
    return createHash('sha256')
      .update([...new Set(lines)].sort().join(''))
      .digest('hex');
  };
  return {
    root: listing.root,
    classNames,
    images: images.map(({ file, contentHash, bytes, facts: { width, height } }, index): PreparedImage => {
      return { file, label: labels[index] ?? 0, split: sides[index] ?? 'train', contentHash, width, height, bytes };
    }),
    labels,
    train,
    validation: indicesOf('validation'),
    test: indicesOf('test'),
    trainPerClass,
    fingerprint: hashOver(() => ''),
    splitHash: hashOver((_, index) => sides[index] ?? ''),
    labelsHash: hashOver(({ label }) => label),
    orderHash: createHash('sha256')
      .update(images.map(({ contentHash }) => contentHash).join('\n'))
      .digest('hex'),
    problems,
    leftOut: problems.filter((problem) => problem.leftOut).length,
    excluded: listing.excluded.length,
    relabelled: listing.relabelled,
  };
}

/** Lets the cached images be evicted when room is needed. The end of the process does the same. */
export async function releaseDataset(prepared: Pick<PreparedDataset, 'lease'>): Promise<void> {
  await releaseLease(prepared.lease);
}

/** How many of the images have a side that is shorter than a stage's size, which can show them no more than they have. */
export function countSmaller(images: Iterable<Pick<PreparedImage, 'width' | 'height'>>, size: number): number {
  let count = 0;
  for (const { width, height } of images) if (Math.min(width, height) < size) count++;
  return count;
}
