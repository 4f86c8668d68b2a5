import { existsSync } from 'node:fs';
import { EventReader, type EventBatch } from './eventReader.ts';
import { readRunManifest } from './readRunManifest.ts';
import type { RunManifest } from './runFolder.ts';
import { runPaths } from './runPaths.ts';
import type { IndexedRun } from './runIndex.ts';
import { overviewOf, plannedOverviewOf } from './overviewOf.ts';
import type { PlannedOverview, RunOverview } from './runOverview.ts';
import { bearsStamp, isSameFolder, isSameStamp, isSettled, stampOf, type RunStamp } from './runStamp.ts';
import { emptySummary, reduceEvent, type Run, type RunSummary } from './runSummary.ts';

/** A log that was read so far, and what it came to. */
interface ReadLog {
  reader: EventReader;
  summary: RunSummary;
  damagedLines: number;
}

/**
 * One run folder as it is read for lists: what was read once is kept, and each look reads only what was appended. A run that the
 * index knows, and whose folder is as it was then, is not read at all until its manifest or summary is asked for; where only its
 * log was written to, only that is read.
 */
export class FollowedRun {
  readonly id: string;
  readonly folder: string;
  #manifest: RunManifest | null;
  readonly #planned: PlannedOverview;
  #log: ReadLog | null = null;
  #overview: RunOverview | null = null;
  #stamp: RunStamp | null = null;
  /** What `indexed` gave since the log was last read. */
  #indexed: IndexedRun | null = null;
  #isSettled = false;
  /** Its folder was looked at a moment ago: the next look need not. */
  #isJustSeen = false;
  #damagedLines = 0;
  #newer: number | null = null;

  private constructor(id: string, folder: string, manifest: RunManifest | null, planned: PlannedOverview) {
    this.id = id;
    this.folder = folder;
    this.#manifest = manifest;
    this.#planned = planned;
  }

  /** A run whose manifest was read. */
  static of(folder: string, manifest: RunManifest): FollowedRun {
    return new FollowedRun(manifest.id, folder, manifest, plannedOverviewOf(manifest));
  }

  /**
   * A run as the index has it, with its log still to be read where that was written to; null where anything else may have
   * happened to it since.
   */
  static fromIndex(id: string, folder: string, indexed: IndexedRun): FollowedRun | null {
    const stamp = stampOf(folder, indexed.stamp.logFile);
    if (stamp === null || !isSameFolder(stamp, indexed.stamp)) return null;
    const run = new FollowedRun(id, folder, null, indexed.overview);
    if (!isSameStamp(stamp, indexed.stamp)) return run;
    run.#indexed = indexed;
    run.#stamp = indexed.stamp;
    run.#isSettled = true;
    run.#isJustSeen = true;
    run.#overview = indexed.overview;
    run.#damagedLines = indexed.damagedLines;
    return run;
  }

  /** Read when it is first asked for. Throws where the folder is gone by then. */
  get manifest(): RunManifest {
    if (this.#manifest === null) {
      const read = readRunManifest(this.folder);
      if (read.kind !== 'ok') throw new Error(`Run ${this.id} can no longer be read: ${read.message}.`);
      this.#manifest = read.value;
    }
    return this.#manifest;
  }

  /** What its log came to; read when it is first asked for, and empty where the folder is gone by then. */
  get summary(): RunSummary {
    return (this.#log ?? this.#read()).summary;
  }

  get overview(): RunOverview {
    this.#overview ??= overviewOf(this.#planned, this.summary);
    return this.#overview;
  }

  get damagedLines(): number {
    return this.#log?.damagedLines ?? this.#damagedLines;
  }

  /** The format of its log where a newer Upsize wrote it. */
  get newer(): number | null {
    return this.#newer;
  }

  /** What the index may keep of it; null while it may still change without showing it, or was not read. */
  get indexed(): IndexedRun | null {
    if (this.#stamp === null || !this.#isSettled || this.#newer !== null) return null;
    this.#indexed ??= { stamp: this.#stamp, overview: this.overview, damagedLines: this.damagedLines };
    return this.#indexed;
  }

  /** Reads at most about `limitBytes` of what was appended, and says whether there is more. */
  readSome(limitBytes: number): boolean {
    if (this.#isUnchanged()) return false;
    const log = this.#openLog();
    const batch = log.reader.read(limitBytes);
    this.#take(log, batch);
    return batch.more;
  }

  /** Reads what was appended to the log since it was last read. Returns whether anything may have been. */
  readNew(): boolean {
    if (this.#isUnchanged()) return false;
    this.#read();
    return true;
  }

  /** The run as lists have it, with what it is now. */
  as(now: Pick<Run, 'state' | 'ownership'>): Run {
    return new ListedRun(this, now);
  }

  #isUnchanged(): boolean {
    if (this.#isJustSeen) {
      this.#isJustSeen = false;
      return true;
    }
    if (this.#stamp === null || !this.#isSettled) return false;
    return bearsStamp(this.folder, this.#stamp);
  }

  #read(): ReadLog {
    const log = this.#openLog();
    let stamp: RunStamp | null;
    do {
      const now = Date.now();
      // Before it is read: what is appended meanwhile shows in the next stamp.
      stamp = stampOf(this.folder, log.reader.position.file);
      this.#isSettled = stamp !== null && isSettled(stamp, now);
      this.#take(log, log.reader.read());
    } while (stamp !== null && stamp.logFile !== log.reader.position.file);
    this.#stamp = stamp;
    this.#indexed = null;
    return log;
  }

  #openLog(): ReadLog {
    this.#log ??= openLog(this.folder);
    return this.#log;
  }

  #take(log: ReadLog, { events, damaged, newer }: EventBatch): void {
    for (const event of events) reduceEvent(log.summary, event);
    log.damagedLines += damaged.length;
    this.#newer = newer ?? this.#newer;
    if (events.length > 0) this.#overview = null;
  }
}

/** A class, since an object with getters of its own costs as much as the look at its folder: lists make thousands. */
class ListedRun implements Run {
  readonly id: string;
  readonly folder: string;
  readonly overview: RunOverview;
  readonly state: Run['state'];
  readonly ownership: Run['ownership'];
  readonly damagedLines: number;
  readonly #followed: FollowedRun;

  constructor(followed: FollowedRun, { state, ownership }: Pick<Run, 'state' | 'ownership'>) {
    this.#followed = followed;
    this.id = followed.id;
    this.folder = followed.folder;
    this.overview = followed.overview;
    this.state = state;
    this.ownership = ownership;
    this.damagedLines = followed.damagedLines;
  }

  get manifest(): RunManifest {
    return this.#followed.manifest;
  }

  get summary(): RunSummary {
    return this.#followed.summary;
  }
}

/** A log as it is read for its summary: from the newest file that begins with one, else from its beginning. */
function openLog(folder: string): ReadLog {
  const { events } = runPaths(folder);
  const reader = new EventReader(folder, { lastStepsOnly: true });
  let newest = 1;
  while (existsSync(events(newest + 1))) newest++;
  for (let file = newest; file > 1; file--) {
    reader.position = { file, offset: 0 };
    const first = reader.readFirst();
    if (first?.type === 'summary') {
      const { summary, damagedLines } = first;
      reduceEvent(summary, first);
      return { reader, summary, damagedLines };
    }
  }
  reader.position = { file: 1, offset: 0 };
  return { reader, summary: emptySummary(), damagedLines: 0 };
}

/** What the log of a run came to. Throws what the file system throws. */
export function readSummary(folder: string): RunSummary {
  const { reader, summary } = openLog(folder);
  for (const event of reader.read().events) reduceEvent(summary, event);
  return summary;
}
