import path from 'node:path';
import { pixelVersion, type Preprocessing } from '../protocol/preprocessing.ts';
import { listSegments, readSegment, type PixelSegment } from './pixelSegment.ts';

/** Bytes of one cached image. */
export function recordBytesOf(size: number): number {
  return size * size * 3;
}

/** The folder of the decoded images of one preprocessing, within the cache. Those of another version of the decoder lie elsewhere. */
export function pixelFolder(cache: string, { size, fit, baseSize }: Preprocessing): string {
  return path.join(cache, 'pixels', `${size}-${fit}-from-${baseSize}-v${pixelVersion}`);
}

/** Where an image lies: which segment, which record. */
export interface PixelPlace {
  segment: number;
  slot: number;
}

const slotsPerSegment = 2 ** 32;

/** All segments of one preprocessing, and where each image lies by the hash of its file. */
export class PixelStore {
  readonly segments: readonly PixelSegment[];
  readonly #places = new Map<string, number>();

  private constructor(segments: readonly PixelSegment[]) {
    this.segments = segments;
    for (const [number, segment] of segments.entries()) {
      for (let slot = 0; slot < segment.count; slot++) {
        this.#places.set(segment.hashes.toString('hex', slot * 32, slot * 32 + 32), number * slotsPerSegment + slot);
      }
    }
  }

  /** Opens what is there; damaged segments are passed over. */
  static async open(cache: string, preprocessing: Preprocessing): Promise<PixelStore> {
    const recordBytes = recordBytesOf(preprocessing.size);
    const segments: PixelSegment[] = [];
    for (const file of await listSegments(pixelFolder(cache, preprocessing))) {
      const segment = await readSegment(file);
      if (segment?.recordBytes === recordBytes) segments.push(segment);
    }
    return new PixelStore(segments);
  }

  has(contentHash: string): boolean {
    return this.#places.has(contentHash);
  }

  /** Where an image lies, or null when it is not cached. */
  place(contentHash: string): PixelPlace | null {
    const place = this.#places.get(contentHash);
    if (place === undefined) return null;
    return { segment: Math.floor(place / slotsPerSegment), slot: place % slotsPerSegment };
  }
}
