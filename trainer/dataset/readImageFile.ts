import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ImageRefusal, maximumFileBytes } from './imageHeader.ts';

/** A read that takes longer, for each MB that it begins, is slow. */
const slowMs = 4;
/** After so many slow reads in a row a drive is slow. */
const slowReads = 3;

/** Reads an image file whole. Throws an ImageRefusal on a file that is gone, unreadable or too large to be a picture. */
export async function readImageFile(file: string): Promise<Uint8Array> {
  return notTooLarge(
    await readFile(file).catch((error: unknown) => {
      throw refusalOfRead(error);
    }),
  );
}

/**
 * Reads image files for a thread that does little else. A file in the system's memory or on a drive of this machine is read
 * before a thread of libuv's pool would be awake, so it is read at once; a sixth more pictures a second are decoded that way.
 * Where that turns out slow (a network drive), files are read by the pool, many at a time.
 */
export class ImageFileReader {
  readonly #now: () => number;
  #slowInRow = 0;

  /** @param now milliseconds of a clock. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** As `readImageFile`. */
  async read(file: string): Promise<Uint8Array> {
    if (this.#slowInRow >= slowReads) return await readImageFile(file);
    const started = this.#now();
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      throw refusalOfRead(error);
    }
    const isSlow = this.#now() - started > slowMs * Math.ceil(bytes.length / 1e6);
    this.#slowInRow = isSlow ? this.#slowInRow + 1 : 0;
    return notTooLarge(bytes);
  }
}

function refusalOfRead(error: unknown): ImageRefusal {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return new ImageRefusal('missing', 'the file is not there', { cause: error });
  return new ImageRefusal('unreadable', `the file cannot be read (${code})`, { cause: error });
}

function notTooLarge(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= maximumFileBytes) return bytes;
  throw new ImageRefusal('tooLarge', `too large: more than ${maximumFileBytes / 1e6} MB`);
}
