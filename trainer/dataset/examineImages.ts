import { lstat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Fit } from '../protocol/config.ts';
import type { DatasetProblem } from '../protocol/datasetProblem.ts';
import { threadPlan } from '../protocol/threadPlan.ts';
import { DecoderPool } from './decoderPool.ts';
import { forEachBounded } from './forEachBounded.ts';
import { ImageRefusal, maximumFileBytes, wrongExtension } from './imageHeader.ts';
import type { FileState, ImageIndex, ReadableFacts } from './imageIndex.ts';
import { realPathInside } from './insideRoot.ts';
import type { ImageWish, LearnedImage } from './learnImage.ts';
import { leftOutFile, type ListedImage } from './listedImage.ts';

/** A listed image that can be read, with what its content says. */
export interface ExaminedImage extends ListedImage {
  contentHash: string;
  bytes: number;
  facts: ReadableFacts;
}

/** How far a long job is. */
export type Progress = (done: number, total: number, phase: 'list' | 'examine' | 'decode' | 'split') => void;

/** Who wants decoded images, beside what every image is asked once. */
export interface DecodeSink {
  /**
   * Called once, before any file is opened, with the content hash of each image, or null where it is not known. Tells
   * which have to be opened for their pixels.
   */
  plan(hashes: readonly (string | null)[]): Promise<boolean[]>;
  /** What of this content is still wanted; null: of one that is not known. */
  wanted(contentHash: string | null): Pick<ImageWish, 'sides' | 'thumbnail'>;
  /** Takes what was wanted. Called at most once for a content, several at a time. */
  take(contentHash: string, learned: Omit<LearnedImage, 'facts'>): Promise<void>;
  /** Called while nothing is under way, so that what is done so far is kept. */
  keep(): Promise<void>;
}

export interface ExamineOptions {
  root: string;
  images: readonly ListedImage[];
  index: ImageIndex;
  fit: Fit;
  /** Side at which an image is decoded that nobody wants pixels of. */
  lookSide: number;
  sink: DecodeSink;
  /** How many images are decoded between two calls of `keep`. */
  imagesAKeep: number;
  onProgress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/** Bytes of pictures that may be in memory at once, roughly. */
const bytesAtOnce = 64_000_000;

interface Job {
  image: ListedImage;
  state: FileState;
  hash: string | null;
}

/**
 * Looks at every image: its size and time of change first, its bytes only where that is news or its pixels are wanted. A
 * file is read once and decoded once, and what was learned goes into the index.
 *
 * @returns the images that can be read, in the order of the listing, and a problem for each that cannot.
 */
export async function examineImages(options: ExamineOptions) {
  const { root, images, index, sink, signal, onProgress } = options;
  const problems: DatasetProblem[] = [];
  const refuse = (image: ListedImage, kind: DatasetProblem['kind'], reason: string) =>
    problems.push(leftOutFile(kind, image.file, image.label, reason));
  const states = new Map<ListedImage, Job>();
  let looked = 0;
  await forEachBounded(
    images,
    async (image) => {
      const state = await stateOf(root, image);
      if (state instanceof ImageRefusal) refuse(image, state.kind, state.message);
      else states.set(image, { image, state, hash: index.hashOf(image.file, state) });
      if (++looked % 1000 === 0) onProgress?.(looked, images.length, 'list');
    },
    { concurrency: 32, signal },
  );
  const jobs = [...states.values()].filter(({ hash }) => {
    const facts = hash === null ? null : index.factsOf(hash);
    return !facts || 'phash' in facts;
  });
  const isPlanned = await sink.plan(jobs.map(({ hash }) => hash));
  const wanted = jobs.filter(({ hash }, at) => isPlanned[at] || hash === null || !index.factsOf(hash));
  if (wanted.length > 0) onProgress?.(0, wanted.length, 'decode');

  const { decoders, imagesAtOnce } = threadPlan(availableParallelism());
  const pool = new DecoderPool(decoders);
  /** Contents under way, so that of two copies one is taken. */
  const decoding = new Set<string>();
  // Then each is decoded in any case, and few are copies.
  const isFirstLook = index.isEmpty;
  let done = 0;
  const examine = async (job: Job) => {
    try {
      await learn(pool, job, { decoding, isFirstLook }, options);
    } catch (error) {
      if (!(error instanceof ImageRefusal)) throw error;
      if (job.hash !== null && decoding.has(job.hash)) {
        index.setFacts(job.hash, { refusal: error.kind, reason: error.message });
      } else {
        refuse(job.image, error.kind, error.message);
        states.delete(job.image);
      }
    }
    if (++done % 16 === 0 || done === wanted.length) onProgress?.(done, wanted.length, 'decode');
  };
  try {
    for (let from = 0; from < wanted.length; from += options.imagesAKeep) {
      const part = wanted.slice(from, from + options.imagesAKeep);
      try {
        await forEachBounded(part, examine, {
          concurrency: imagesAtOnce,
          signal,
          capacity: bytesAtOnce,
          // A file of a few MB may be dozens of MB as pixels; small ones hardly count.
          weight: ({ state }) => state.bytes * 8,
        });
      } finally {
        decoding.clear();
        await sink.keep();
        await index.save();
      }
    }
  } finally {
    await pool.close();
  }

  const readable: ExaminedImage[] = [];
  for (const image of images) {
    const job = states.get(image);
    if (!job || job.hash === null) continue;
    const facts = index.factsOf(job.hash);
    if (!facts) continue;
    if (!('phash' in facts)) {
      refuse(image, facts.refusal, facts.reason);
      continue;
    }
    const misnamed = wrongExtension(path.extname(image.file), facts.format);
    if (misnamed) refuse(image, misnamed.kind, misnamed.message);
    else readable.push({ ...image, contentHash: job.hash, bytes: job.state.bytes, facts });
  }
  return { readable, problems };
}

/** Size and time of change of a file, or why it cannot be looked at. */
async function stateOf(root: string, image: ListedImage): Promise<FileState | ImageRefusal> {
  try {
    let stats = await lstat(image.path);
    if (stats.isSymbolicLink()) {
      const real = await realPathInside(root, image.path);
      if (real === null) return new ImageRefusal('outsideDataset', 'a link that leads out of the data set');
      image.path = real;
      stats = await lstat(real);
    }
    if (!stats.isFile()) return new ImageRefusal('unreadable', 'not a file');
    if (stats.size === 0) return new ImageRefusal('empty', 'an empty file');
    if (stats.size > maximumFileBytes) {
      return new ImageRefusal('tooLarge', `too large: ${Math.round(stats.size / 1e6)} MB`);
    }
    return { bytes: stats.size, mtimeMs: stats.mtimeMs };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return new ImageRefusal('missing', 'there is no such file');
    return new ImageRefusal('unreadable', `the file cannot be read (${code})`);
  }
}

/** Reads a file, and learns of its content what is not known yet or wanted by the sink. Throws ImageRefusal. */
async function learn(
  pool: DecoderPool,
  job: Job,
  { decoding, isFirstLook }: { decoding: Set<string>; isFirstLook: boolean },
  options: ExamineOptions,
): Promise<void> {
  const { index, sink, fit, lookSide } = options;
  let contentHash = '';
  // A refusal before the hash is known is of this file, one after it is of its content.
  job.hash = null;
  /** Of a content that the sink knows, or null for one that nobody knows. */
  const wishOf = (hash: string | null, facts: boolean): ImageWish => {
    const { sides, thumbnail } = sink.wanted(hash);
    return { fit, sides: sides.length > 0 || !facts ? sides : [{ side: lookSide, sizes: [] }], thumbnail, facts };
  };
  const wishFor = (hash: string): ImageWish | null => {
    contentHash = hash;
    job.hash = hash;
    index.setFile(job.image.file, job.state, hash);
    const known = index.factsOf(hash);
    if (decoding.has(hash) || (known && !('phash' in known))) return null;
    decoding.add(hash);
    const wish = wishOf(hash, !known);
    return wish.sides.length === 0 ? null : wish;
  };
  const learned = await pool.learn(job.image.path, wishFor, isFirstLook ? wishOf(null, true) : null);
  if (learned?.facts) index.setFacts(contentHash, learned.facts);
  if (learned) await sink.take(contentHash, learned);
}
