import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeEvent, type LoggedEvent } from './events.ts';
import { runPaths } from './runFolder.ts';

const blockBytes = 1 << 20;
const lineFeed = 0x0a;

/** What one look at the log brought. */
export interface EventBatch {
  events: LoggedEvent[];
  /** Lines that could not be read, each with why; each costs itself only. */
  damaged: { file: number; offset: number; message: string }[];
  /** Whether there is more to read now; `read` was given a limit. */
  more: boolean;
}

/**
 * Follows the event log of one run: each `read` brings what was appended since the last. It keeps only the place in
 * the log, reads in blocks, and leaves a line without its line feed for the next time.
 */
export class EventReader {
  readonly #paths;
  #file = 1;
  #offset = 0;

  constructor(runFolder: string) {
    this.#paths = runPaths(runFolder);
  }

  /** Bytes and files already read, for caches that want to begin again from here. */
  get position(): { file: number; offset: number } {
    return { file: this.#file, offset: this.#offset };
  }

  set position(position: { file: number; offset: number }) {
    this.#file = position.file;
    this.#offset = position.offset;
  }

  /** Reads what is new, at most about `limitBytes` of it. Throws only what the file system throws besides "not there". */
  read(limitBytes = Number.POSITIVE_INFINITY): EventBatch {
    const batch: EventBatch = { events: [], damaged: [], more: false };
    let left = limitBytes;
    for (;;) {
      const descriptor = openIfThere(this.#paths.events(this.#file));
      if (descriptor === null) return batch;
      let reachedEnd: boolean;
      try {
        const before = this.#offset;
        reachedEnd = this.#readFile(descriptor, left, batch);
        left -= this.#offset - before;
      } finally {
        closeSync(descriptor);
      }
      if (!reachedEnd) {
        batch.more = true;
        return batch;
      }
      const next = openIfThere(this.#paths.events(this.#file + 1));
      if (next === null) return batch;
      closeSync(next);
      this.#file++;
      this.#offset = 0;
    }
  }

  /** Returns whether the end of the file was reached before the limit. */
  #readFile(descriptor: number, limitBytes: number, batch: EventBatch): boolean {
    const end = fstatSync(descriptor).size;
    let carried = Buffer.alloc(0);
    let readFrom = this.#offset;
    let taken = 0;
    while (readFrom < end) {
      if (taken >= limitBytes) return false;
      const block = Buffer.allocUnsafe(Math.min(blockBytes, end - readFrom));
      const got = readSync(descriptor, block, 0, block.length, readFrom);
      if (got === 0) break;
      readFrom += got;
      taken += got;
      const bytes = carried.length > 0 ? Buffer.concat([carried, block.subarray(0, got)]) : block.subarray(0, got);
      let start = 0;
      for (let stop = bytes.indexOf(lineFeed); stop !== -1; stop = bytes.indexOf(lineFeed, start)) {
        this.#take(bytes.toString('utf8', start, stop), batch);
        this.#offset += stop - start + 1;
        start = stop + 1;
      }
      carried = Buffer.from(bytes.subarray(start));
    }
    return true;
  }

  #take(line: string, batch: EventBatch): void {
    if (line === '') return;
    const decoded = decodeEvent(line);
    if (decoded.kind === 'event') batch.events.push(decoded.event);
    else if (decoded.kind === 'damaged') {
      batch.damaged.push({ file: this.#file, offset: this.#offset, message: decoded.message });
    }
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
