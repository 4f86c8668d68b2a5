import { createHash } from 'node:crypto';
import { close, open, read } from 'node:fs';
import { decodeToSquare, readImageFile } from './decode.ts';
import { DatasetError } from './datasetError.ts';
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

/**
 * Opens the decoded images of one preprocessing for reading by image index. What the cache has no room for is decoded
 * from its file at each reading, and refused when that file is no longer what it was.
 */
export async function openPixelReader(
  cache: string,
  preprocessing: Preprocessing,
  images: readonly ReadableImage[],
): Promise<PixelReader & { readonly uncached: number }> {
  const store = await PixelStore.open(cache, preprocessing);
  const descriptors = await Promise.all(store.segments.map((segment) => openFile(segment.file)));
  const segmentOf = new Uint16Array(images.length);
  const slotOf = new Uint32Array(images.length).fill(notCached);
  let uncached = 0;
  for (const [index, image] of images.entries()) {
    const place = store.place(image.contentHash);
    if (place && descriptors[place.segment] !== null) {
      segmentOf[index] = place.segment;
      slotOf[index] = place.slot;
    } else {
      uncached++;
    }
  }
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
    uncached,
    async read(indices, into) {
      const pending: Promise<void>[] = [];
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
        const part = into.subarray(first * recordBytes, next * recordBytes);
        const descriptor = descriptors[segment] ?? null;
        if (slot === notCached || descriptor === null) pending.push(decodeInto(images[index], part));
        else pending.push(readAt(descriptor, part, slot * recordBytes));
      }
      const failed = (await Promise.allSettled(pending)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    async close() {
      await Promise.all(
        descriptors.map((descriptor) => (descriptor === null ? Promise.resolve() : closeFile(descriptor))),
      );
    },
  };
}

function openFile(file: string): Promise<number | null> {
  // Evicted between listing and opening: decoded from its file then.
  return new Promise((resolve) => open(file, 'r', (error, descriptor) => resolve(error ? null : descriptor)));
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
