import type { Fit } from '../protocol/config.ts';
import { preprocessingOf, type Preprocessing } from '../protocol/preprocessing.ts';
import { DatasetError } from './datasetError.ts';
import type { DecodeSink } from './examineImages.ts';
import { checkFreeDisk, gigabytes, makeRoom, type SegmentLease } from './pixelCacheBudget.ts';
import { PixelSegmentWriter } from './pixelSegment.ts';
import { pixelFolder, PixelStore, recordBytesOf } from './pixelStore.ts';
import type { ThumbnailAtlas } from './thumbnailAtlas.ts';

/** What decoding is about to cost, said before it begins. */
export interface DecodeAnnouncement {
  /** Images to read and decode. */
  images: number;
  /** Bytes that will be written to the cache. */
  bytes: number;
  /** Images at some size for which `cacheBytes` leaves no room: decoded anew whenever they are read. */
  uncached: number;
  /** A sentence for the user. */
  message: string;
}

/** The images of one size. */
interface SizeStore {
  preprocessing: Preprocessing;
  recordBytes: number;
  store: PixelStore;
  /** Contents added since the store was opened. */
  added: Set<string>;
  /** How many more may be added. */
  room: number;
  writer: Promise<PixelSegmentWriter> | null;
}

/** Takes decoded images into the cache: at each wanted size, and as thumbnails. */
export class DecodedImageCache implements DecodeSink {
  readonly #cache: string;
  readonly #cacheBytes: number;
  readonly #stores: SizeStore[];
  readonly #atlas: ThumbnailAtlas;
  readonly #thumbnailSide: number;
  readonly #thumbnailed = new Set<string>();
  readonly #lease: SegmentLease;
  readonly #announce: (announcement: DecodeAnnouncement) => void;

  private constructor(options: CacheOptions, stores: SizeStore[]) {
    this.#cache = options.cache;
    this.#cacheBytes = options.cacheBytes;
    this.#stores = stores;
    this.#atlas = options.atlas;
    this.#thumbnailSide = options.thumbnailSide;
    this.#lease = options.lease;
    this.#announce = options.onAnnounce ?? (() => undefined);
  }

  /** Opens the cache for the sizes, the most wanted one first. */
  static async open(options: CacheOptions): Promise<DecodedImageCache> {
    const stores: SizeStore[] = [];
    for (const size of new Set(options.sizes)) {
      const preprocessing = preprocessingOf(size, options.fit);
      const store = await PixelStore.open(options.cache, preprocessing);
      stores.push({ preprocessing, recordBytes: recordBytesOf(size), store, added: new Set(), room: 0, writer: null });
    }
    await options.lease.add(stores.flatMap(({ store }) => store.segments.map(({ file }) => file)));
    return new DecodedImageCache(options, stores);
  }

  async plan(hashes: readonly (string | null)[]): Promise<boolean[]> {
    const isMissing = ({ store }: SizeStore, hash: string | null) => hash === null || !store.has(hash);
    const missing = this.#stores.map((one) => hashes.filter((hash) => isMissing(one, hash)).length);
    let bytes = this.#stores.reduce((sum, { recordBytes }, at) => sum + (missing[at] ?? 0) * (recordBytes + 32), 0);
    const keep = new Set(this.#stores.flatMap(({ store }) => store.segments.map(({ file }) => file)));
    const allowed = bytes > 0 ? await makeRoom(this.#cache, bytes, this.#cacheBytes, keep) : 0;
    let left = allowed;
    let uncached = 0;
    for (const [at, one] of this.#stores.entries()) {
      const wished = missing[at] ?? 0;
      one.room = Math.min(wished, Math.floor(left / (one.recordBytes + 32)));
      left -= one.room * (one.recordBytes + 32);
      uncached += wished - one.room;
    }
    bytes = allowed - left;
    await checkFreeDisk(this.#cache, bytes);
    const rooms = this.#stores.map(({ room }) => room);
    const planned = hashes.map((hash) => {
      let isWanted = hash !== null && !this.#atlas.has(hash);
      for (const [at, one] of this.#stores.entries()) {
        if (!isMissing(one, hash) || (rooms[at] ?? 0) === 0) continue;
        rooms[at] = (rooms[at] ?? 0) - 1;
        isWanted = true;
      }
      return isWanted;
    });
    const images = planned.filter(Boolean).length;
    if (images > 0 || uncached > 0) this.#announce(announcement(images, bytes, uncached, this.#stores));
    return planned;
  }

  wanted(contentHash: string | null): ReturnType<DecodeSink['wanted']> {
    const isIn = (contents: { has: (hash: string) => boolean }) => contentHash !== null && contents.has(contentHash);
    const sides = new Map<number, number[]>();
    for (const { store, added, room, preprocessing } of this.#stores) {
      if (room <= 0 || isIn(store) || isIn(added)) continue;
      const { baseSize, size } = preprocessing;
      sides.set(baseSize, [...(sides.get(baseSize) ?? []), size]);
    }
    const thumbnail = !isIn(this.#atlas) && !isIn(this.#thumbnailed);
    if (sides.size === 0 && thumbnail) sides.set(this.#thumbnailSide, []);
    return { sides: [...sides].map(([side, sizes]) => ({ side, sizes })), thumbnail };
  }

  async take(contentHash: string, { pixels, thumbnail }: Parameters<DecodeSink['take']>[1]): Promise<void> {
    try {
      for (const { size, bytes } of pixels) {
        const one = this.#stores.find(({ preprocessing }) => preprocessing.size === size);
        // Others under way may have taken the room meanwhile.
        if (!one || one.room <= 0 || one.store.has(contentHash) || one.added.has(contentHash)) continue;
        one.room--;
        one.added.add(contentHash);
        one.writer ??= PixelSegmentWriter.create(pixelFolder(this.#cache, one.preprocessing), one.recordBytes);
        await (await one.writer).append(contentHash, bytes);
      }
      if (thumbnail && !this.#atlas.has(contentHash) && !this.#thumbnailed.has(contentHash)) {
        this.#thumbnailed.add(contentHash);
        await this.#atlas.add(contentHash, thumbnail);
      }
    } catch (error) {
      throw explained(error, this.#cache);
    }
  }

  async keep(): Promise<void> {
    try {
      for (const one of this.#stores) {
        const segment = one.writer ? await (await one.writer).finish() : null;
        one.writer = null;
        if (segment) await this.#lease.add([segment.file]);
      }
      await this.#atlas.flush();
    } catch (error) {
      throw explained(error, this.#cache);
    }
  }
}

/** What a cache is opened with. */
export interface CacheOptions {
  /** The folder `cache` of the workspace. */
  cache: string;
  cacheBytes: number;
  sizes: readonly number[];
  fit: Fit;
  atlas: ThumbnailAtlas;
  /** Side at which an image is decoded of which only a thumbnail is wanted. */
  thumbnailSide: number;
  lease: SegmentLease;
  onAnnounce?: ((announcement: DecodeAnnouncement) => void) | undefined;
}

function announcement(
  images: number,
  bytes: number,
  uncached: number,
  stores: readonly SizeStore[],
): DecodeAnnouncement {
  const sizes = stores.map(({ preprocessing }) => preprocessing.size).join(', ');
  let message = `Decoding ${images} images`;
  if (bytes > 0) message += ` at ${sizes} pixels: ${gigabytes(bytes)} on disk`;
  if (uncached > 0) {
    message += `. "cacheBytes" leaves no room for ${uncached} of them, which are decoded anew whenever they are read`;
  }
  return { images, bytes, uncached, message: `${message}.` };
}

function explained(error: unknown, cache: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DatasetError(`${cache}: the disk is full. Free some space, or set "cacheBytes" lower.`, [], {
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new DatasetError(`${cache}: decoded images cannot be written there. Check the folder's permissions.`, [], {
      cause: error,
    });
  }
  return error;
}
