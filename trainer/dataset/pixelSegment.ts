import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { versions } from '../protocol/versions.ts';

/*
 * A segment is one file of decoded images: `count` records of the same length, then the SHA-256 of each image's file in
 * the same order, then a trailer that says so. It is written beside its place and renamed when it is complete, so that
 * whoever sees it sees all of it; it never changes afterwards. What is added later becomes a further segment.
 */
const magic = 'UPSZPIXL';
const trailerBytes = 32;
const hashBytes = 32;
const suffix = '.pixels';

/** A complete segment: its file, the length of a record, and which images it holds. */
export interface PixelSegment {
  file: string;
  recordBytes: number;
  count: number;
  /** `count × 32` bytes: the SHA-256 of the file of each record. */
  hashes: Buffer;
  /** Length of the file. */
  bytes: number;
}

/** Writes one segment. Records may be appended in parallel. */
export class PixelSegmentWriter {
  readonly recordBytes: number;
  readonly #handle: FileHandle;
  readonly #temporary: string;
  readonly #file: string;
  readonly #hashes: Buffer[] = [];
  #isBroken = false;

  private constructor(handle: FileHandle, temporary: string, file: string, recordBytes: number) {
    this.#handle = handle;
    this.#temporary = temporary;
    this.#file = file;
    this.recordBytes = recordBytes;
  }

  /** Begins a segment in a folder, which is made where it is missing. */
  static async create(folder: string, recordBytes: number): Promise<PixelSegmentWriter> {
    await mkdir(folder, { recursive: true });
    const id = randomBytes(8).toString('hex');
    const temporary = path.join(folder, `${id}.${process.pid}.tmp`);
    return new PixelSegmentWriter(await open(temporary, 'wx'), temporary, path.join(folder, id + suffix), recordBytes);
  }

  get count(): number {
    return this.#hashes.length;
  }

  /** Adds one image. @param hash hexadecimal SHA-256 of its file. */
  async append(hash: string, pixels: Uint8Array): Promise<void> {
    if (pixels.length !== this.recordBytes)
      throw new RangeError(`${pixels.length} bytes instead of ${this.recordBytes}`);
    const slot = this.#hashes.push(Buffer.from(hash, 'hex')) - 1;
    try {
      let done = 0;
      while (done < pixels.length) {
        const position = slot * this.recordBytes + done;
        done += (await this.#handle.write(pixels, done, pixels.length - done, position)).bytesWritten;
      }
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  /** Completes the segment: all of it is on disk when it gets its name. Returns null, and leaves nothing, when it is empty or a write failed. */
  async finish(): Promise<PixelSegment | null> {
    if (this.count === 0 || this.#isBroken) {
      await this.abandon();
      return null;
    }
    const hashes = Buffer.concat(this.#hashes);
    const trailer = Buffer.alloc(trailerBytes);
    trailer.write(magic, 0, 'latin1');
    trailer.writeUInt32LE(versions.cache, 8);
    trailer.writeUInt32LE(this.recordBytes, 12);
    trailer.writeUInt32LE(this.count, 16);
    trailer.writeUInt32LE(crc32(hashes), 20);
    const tail = Buffer.concat([hashes, trailer]);
    await this.#handle.write(tail, 0, tail.length, this.count * this.recordBytes);
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#temporary, this.#file);
    const bytes = this.count * this.recordBytes + tail.length;
    return { file: this.#file, recordBytes: this.recordBytes, count: this.count, hashes, bytes };
  }

  /** Drops what was written. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }
}

/** Reads which images a segment holds; null when it is damaged, of another version, or gone. */
export async function readSegment(file: string): Promise<PixelSegment | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch {
    return null;
  }
  try {
    const { size } = await handle.stat();
    const trailer = Buffer.alloc(trailerBytes);
    if (size < trailerBytes) return null;
    await handle.read(trailer, 0, trailerBytes, size - trailerBytes);
    if (trailer.toString('latin1', 0, 8) !== magic || trailer.readUInt32LE(8) !== versions.cache) return null;
    const recordBytes = trailer.readUInt32LE(12);
    const count = trailer.readUInt32LE(16);
    if (size !== count * (recordBytes + hashBytes) + trailerBytes) return null;
    const hashes = Buffer.alloc(count * hashBytes);
    await handle.read(hashes, 0, hashes.length, count * recordBytes);
    if (crc32(hashes) !== trailer.readUInt32LE(20)) return null;
    return { file, recordBytes, count, hashes, bytes: size };
  } finally {
    await handle.close();
  }
}

/** Paths of the complete segments in a folder, in an order that stays. */
export async function listSegments(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => path.join(folder, name));
}

/** Removes what writers that are gone have left half-done. `isAlive` tells whether a process of this machine runs. */
export async function removeHalfWritten(folder: string, isAlive: (pid: number) => boolean): Promise<void> {
  const patienceMs = 600_000;
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1]);
    if (!pid) continue;
    const file = path.join(folder, name);
    const modified = (await stat(file).catch(() => null))?.mtimeMs ?? Date.now();
    // A folder may be shared between machines, where a process id says nothing: what was just written to is left alone.
    if (!isAlive(pid) && Date.now() - modified > patienceMs) {
      await rm(file, { force: true });
    }
  }
}
