import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeEvent, hasRightChecksum, type LoggedEvent } from './events.ts';
import { runPaths } from './runPaths.ts';

const blockBytes = 1 << 20;
/** A summary of a usual run fits in one. */
const firstBlockBytes = 1 << 16;
const lineFeed = 0x0a;
const stepsMark = Buffer.from('"type":"steps"');
/** How far into a line its type begins: `seq` and `time` stand before it. */
const typeBegins = 80;

/** What one look at the log brought. */
export interface EventBatch {
  events: LoggedEvent[];
  /** Lines that could not be read, each with why; each costs itself only. */
  damaged: { file: number; offset: number; message: string }[];
  /** The format of the log where a newer Upsize wrote it: then it cannot be told what it comes to. */
  newer: number | null;
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
  readonly #lastStepsOnly: boolean;
  /** The line of step metrics that may be the last of its row, where only that is wanted. */
  #steps: { line: Buffer; offset: number } | null = null;

  /**
   * `lastStepsOnly`: of `steps` events that follow each other, only the last of each read is given; the others cost a checksum.
   * They are nearly all of a long log, and a summary needs no more of them.
   */
  constructor(runFolder: string, { lastStepsOnly = false }: { lastStepsOnly?: boolean } = {}) {
    this.#paths = runPaths(runFolder);
    this.#lastStepsOnly = lastStepsOnly;
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
    const batch: EventBatch = { events: [], damaged: [], newer: null, more: false };
    let left = limitBytes;
    for (;;) {
      // Asked before this file is read: once the next one is there nothing more comes into this one.
      const isLast = !existsSync(this.#paths.events(this.#file + 1));
      const descriptor = openIfThere(this.#paths.events(this.#file));
      if (descriptor === null) return batch;
      let reachedEnd: boolean;
      try {
        const before = this.#offset;
        reachedEnd = this.#readFile(descriptor, left, batch);
        this.#takeSteps(batch);
        left -= this.#offset - before;
      } finally {
        closeSync(descriptor);
      }
      if (!reachedEnd) {
        batch.more = true;
        return batch;
      }
      if (isLast) return batch;
      this.#file++;
      this.#offset = 0;
    }
  }

  /** The event of the line at the present place in the log, and goes past it; null, and stays, where there is none. */
  readFirst(): LoggedEvent | null {
    const descriptor = openIfThere(this.#paths.events(this.#file));
    if (descriptor === null) return null;
    try {
      const parts: Buffer[] = [];
      for (let from = this.#offset; ;) {
        const block = Buffer.allocUnsafe(firstBlockBytes);
        const got = readSync(descriptor, block, 0, block.length, from);
        const end = block.subarray(0, got).indexOf(lineFeed);
        parts.push(block.subarray(0, end === -1 ? got : end));
        if (end === -1 && got > 0) {
          from += got;
          continue;
        }
        const decoded = decodeEvent(Buffer.concat(parts).toString('utf8'));
        if (end === -1 || decoded.kind !== 'event') return null;
        this.#offset = from + end + 1;
        return decoded.event;
      }
    } finally {
      closeSync(descriptor);
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
        this.#take(bytes.subarray(start, stop), batch);
        this.#offset += stop - start + 1;
        start = stop + 1;
      }
      carried = Buffer.from(bytes.subarray(start));
    }
    return true;
  }

  #take(line: Buffer, batch: EventBatch): void {
    if (line.length === 0) return;
    if (this.#lastStepsOnly && line.subarray(0, typeBegins).includes(stepsMark)) {
      this.#passOver(batch);
      this.#steps = { line, offset: this.#offset };
      return;
    }
    this.#takeSteps(batch);
    this.#decode(line, this.#offset, batch);
  }

  #takeSteps(batch: EventBatch): void {
    if (this.#steps) this.#decode(this.#steps.line, this.#steps.offset, batch);
    this.#steps = null;
  }

  #decode(line: Buffer, offset: number, batch: EventBatch): void {
    const decoded = decodeEvent(line.toString('utf8'));
    if (decoded.kind === 'event') batch.events.push(decoded.event);
    else if (decoded.kind === 'newer') batch.newer = decoded.version;
    else if (decoded.kind === 'damaged') batch.damaged.push({ file: this.#file, offset, message: decoded.message });
  }

  /** Step metrics that others follow at once: only whether they are whole is looked at. */
  #passOver(batch: EventBatch): void {
    if (this.#steps === null || hasRightChecksum(this.#steps.line)) return;
    batch.damaged.push({ file: this.#file, offset: this.#steps.offset, message: 'the checksum is wrong' });
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
