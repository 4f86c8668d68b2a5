import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, rmSync } from 'node:fs';
import { EventReader } from '../protocol/eventReader.ts';
import { encodeEvent, type LoggedEvent, type RunEvent } from '../protocol/events.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { emptySummary, reduceEvent, type RunSummary } from '../protocol/runSummary.ts';
import { newerFormat, versions } from '../protocol/versions.ts';
import { fsyncFolder, writeFully } from '../protocol/replaceFile.ts';

/** A file of the log is closed, and the next one begun, when it is longer than this. */
const rotateBytes = 8 * 1024 * 1024;
/** About a megabyte: a summary of more would be as long as what it spares its readers. */
const mostSummarizedEpochs = 2500;

/**
 * Appends to the event log of a run. Only the owner of the run has one. An event is acknowledged when `write` returns:
 * it then outlives this process; `sync` makes it outlive the machine.
 */
export class EventWriter {
  readonly #paths;
  readonly #rotateBytes: number;
  #file = 1;
  #descriptor: number;
  #bytes: number;
  #seq = 0;
  /** What all that stands in the log comes to. */
  readonly #summary: RunSummary = emptySummary();
  #damagedLines: number;
  /** Whether the last line may stand there in part. */
  #isTorn = false;

  /**
   * Opens the log where the last attempt left it: reads it once to go on counting, and ends a torn last line, so that it
   * costs itself only. `onEvent` is given each event that is already there.
   */
  constructor(runFolder: string, options: { onEvent?: (event: LoggedEvent) => void; rotateBytes?: number } = {}) {
    this.#paths = runPaths(runFolder);
    this.#rotateBytes = options.rotateBytes ?? rotateBytes;
    while (existsSync(this.#paths.events(this.#file + 1))) this.#file++;
    this.#descriptor = openSync(this.#paths.events(this.#file), 'a+');
    this.#bytes = fstatSync(this.#descriptor).size;
    // Before it is read: where only the line feed was torn off, the event counts.
    this.#endTornLine();
    const { events, damaged, newer } = new EventReader(runFolder).read();
    if (newer !== null) {
      closeSync(this.#descriptor);
      throw new Error(
        `${runFolder}: the log was ${newerFormat(newer, versions.events)}. Update Upsize to go on with it.`,
      );
    }
    this.#damagedLines = damaged.length;
    for (const event of events) {
      this.#seq = Math.max(this.#seq, event.seq);
      reduceEvent(this.#summary, event);
      options.onEvent?.(event);
    }
  }

  /** Sequence number of the last event that was written. */
  get seq(): number {
    return this.#seq;
  }

  /** Appends one event by one `write` and returns its sequence number. Throws what the file system throws. */
  write(event: RunEvent, time = Date.now()): number {
    if (this.#isTorn) this.#endTornLine();
    if (this.#bytes >= this.#rotateBytes) this.#rotate(time);
    return this.#append(event, time);
  }

  #append(event: RunEvent, time: number): number {
    const line = Buffer.from(encodeEvent(event, this.#seq + 1, time));
    try {
      writeFully(this.#descriptor, line);
    } catch (error) {
      // Part of the line may stand in the file: the next event, if there is room for one again, must not continue it.
      const bytes = fstatSync(this.#descriptor).size;
      if (bytes > this.#bytes) this.#damagedLines++;
      this.#bytes = bytes;
      this.#isTorn = true;
      throw error;
    }
    this.#bytes += line.length;
    this.#seq++;
    reduceEvent(this.#summary, { ...event, seq: this.#seq, time });
    return this.#seq;
  }

  /** Brings all that was written to the disk itself. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** Begins the next file, with what all before it came to: readers of summaries need not read further back. */
  #rotate(time: number): void {
    fsyncSync(this.#descriptor);
    // The old file is given up when the new one is there for good: where that fails (a full disk), it goes on in the old one.
    const file = this.#paths.events(this.#file + 1);
    const next = openSync(file, 'ax+');
    try {
      fsyncFolder(this.#paths.folder);
    } catch (error) {
      closeSync(next);
      rmSync(file);
      throw error;
    }
    closeSync(this.#descriptor);
    this.#descriptor = next;
    this.#file++;
    this.#bytes = 0;
    if (this.#summary.epochs.length > mostSummarizedEpochs) return;
    this.#append(
      { type: 'summary', version: versions.events, summary: this.#summary, damagedLines: this.#damagedLines },
      time,
    );
  }

  #endTornLine(): void {
    const last = Buffer.alloc(1);
    if (this.#bytes > 0) readSync(this.#descriptor, last, 0, 1, this.#bytes - 1);
    if (this.#bytes > 0 && last[0] !== 0x0a) {
      writeFully(this.#descriptor, Buffer.from('\n'));
      this.#bytes++;
    }
    this.#isTorn = false;
  }
}
