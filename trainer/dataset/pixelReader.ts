import { createHash } from 'node:crypto';
import { close, open, read } from 'node:fs';
import { decodeToSquare } from './decode.ts';
import { readImageFile } from './readImageFile.ts';
import { DatasetError } from './datasetError.ts';
import { forEachBounded } from './forEachBounded.ts';
import type { PixelReader } from './batches.ts';
import { PixelStore, recordBytesOf } from './pixelStore.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';

/** One image as the reader has to find it. */
export interface ReadableImage {
  /** Absolute path. */
  path: string;
  contentHash: string;
}

const notCached = 0xffffffff;

/** Where the decoded images of one preprocessing lie: plain data, which can be sent to a thread. */
export interface LocatedPixels {
  preprocessing: Preprocessing;
  /** Paths of the segments. */
  segments: string[];
  /** Segment and record of each image; the record is `notCached` where there is none. */
  segmentOf: Uint16Array;
  slotOf: Uint32Array;
  /** What has to be decoded from its file, by image index. */
  uncached: Map<number, ReadableImage>;
}

/** Finds the decoded images of one preprocessing in the cache. */
export async function locatePixels(
  cache: string,
  preprocessing: Preprocessing,
  count: number,
  imageAt: (index: number) => ReadableImage,
): Promise<LocatedPixels> {
  const store = await PixelStore.open(cache, preprocessing);
  const segmentOf = new Uint16Array(count);
  const slotOf = new Uint32Array(count).fill(notCached);
  const uncached = new Map<number, ReadableImage>();
  for (let index = 0; index < count; index++) {
    const image = imageAt(index);
    const place = store.place(image.contentHash);
    if (place) {
      segmentOf[index] = place.segment;
      slotOf[index] = place.slot;
    } else {
      uncached.set(index, image);
    }
  }
  return { preprocessing, segments: store.segments.map(({ file }) => file), segmentOf, slotOf, uncached };
}

/**
 * Opens decoded images for reading by image index. What the cache has no room for is decoded from its file at each
 * reading, `decodedAtOnce` of a batch at once, and refused when that file is no longer what it was.
 *
 * @throws when a segment has gone since it was found.
 */
export async function openPixelReader(located: LocatedPixels, decodedAtOnce: number): Promise<PixelReader> {
  const { preprocessing, segmentOf, slotOf, uncached } = located;
  const descriptors = await Promise.all(located.segments.map(openFile));
  const recordBytes = recordBytesOf(preprocessing.size);

  async function decodeInto(image: ReadableImage | undefined, into: Uint8Array): Promise<void> {
    if (!image) throw new RangeError('There is no such image.');
    try {
      const bytes = await readImageFile(image.path);
      if (createHash('sha256').update(bytes).digest('hex') !== image.contentHash) {
        throw new DatasetError('the file has changed since this run was prepared');
      }
      into.set(await decodeToSquare(bytes, preprocessing.size, preprocessing.fit, preprocessing.baseSize));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DatasetError(`${image.path}: ${reason}. Put the file back, or start a new run.`, [], { cause: error });
    }
  }

  return {
    size: preprocessing.size,
    async read(indices, into) {
      const pending: Promise<void>[] = [];
      const toDecode: number[] = [];
      let next = 0;
      while (next < indices.length) {
        const first = next++;
        const index = indices[first] ?? 0;
        const segment = segmentOf[index] ?? 0;
        const slot = slotOf[index] ?? notCached;
        // Neighbours in the file that are neighbours in the batch come by one read.
        while (
          slot !== notCached &&
          next < indices.length &&
          segmentOf[indices[next] ?? 0] === segment &&
          slotOf[indices[next] ?? 0] === slot + (next - first)
        ) {
          next++;
        }
        const descriptor = descriptors[segment];
        if (slot === notCached || descriptor === undefined) toDecode.push(first);
        else
          pending.push(readAt(descriptor, into.subarray(first * recordBytes, next * recordBytes), slot * recordBytes));
      }
      const decoding = forEachBounded(
        toDecode,
        (at) => decodeInto(uncached.get(indices[at] ?? 0), into.subarray(at * recordBytes, (at + 1) * recordBytes)),
        { concurrency: decodedAtOnce },
      );
      const failed = (await Promise.allSettled([...pending, decoding])).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    async close() {
      await Promise.all(descriptors.map(closeFile));
    },
  };
}

function openFile(file: string): Promise<number> {
  return new Promise((resolve, reject) =>
    open(file, 'r', (error, descriptor) => (error ? reject(error) : resolve(descriptor))),
  );
}

function closeFile(descriptor: number): Promise<void> {
  return new Promise((resolve) => close(descriptor, () => resolve()));
}

function readAt(descriptor: number, into: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const readOn = (done: number) => {
      read(descriptor, into, done, into.length - done, position + done, (error, count) => {
        if (error) reject(error);
        else if (count === 0)
          reject(new DatasetError('The cache of decoded images ends early. Remove it with "upsize clean".'));
        else if (done + count < into.length) readOn(done + count);
        else resolve();
      });
    };
    readOn(0);
  });
}
