import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { EventReader, type EventBatch } from './eventReader.ts';
import { isHeld, ownershipOf, type Ownership } from './ownership.ts';
import { runIdSchema, runManifestSchema, runPaths, workspacePaths, type RunManifest } from './runFolder.ts';
import { emptySummary, reduceEvent, type Run, type RunSummary } from './runSummary.ts';
import { isLive } from './events.ts';
import { newerFormat, versions, type Versioned } from './versions.ts';

/** A child that has not taken its run by then never started. */
const ownerExpectedAfterMs = 30_000;

const versionSchema = z.object({ version: z.number().int() });

/** A run folder that cannot be shown as a run, and why. It hides no other. */
export interface UnreadableRun {
  id: string;
  folder: string;
  kind: 'newer' | 'damaged';
  message: string;
}

/** Reads a JSON file that carries a version. Never throws. */
export function readVersioned<T>(file: string, schema: z.ZodType<T>, version: number): Versioned<T> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return { kind: 'damaged', message: `${path.basename(file)} cannot be read (${(error as Error).message})` };
  }
  const found = versionSchema.safeParse(json);
  if (found.success && found.data.version > version) {
    return {
      kind: 'newer',
      version: found.data.version,
      message: newerFormat(found.data.version, version),
    };
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return { kind: 'damaged', message: `${path.basename(file)}: ${z.prettifyError(parsed.error)}` };
  return { kind: 'ok', value: parsed.data };
}

interface Followed {
  manifest: RunManifest;
  reader: EventReader;
  summary: RunSummary;
  damagedLines: number;
  /** The format of its log where a newer Upsize wrote it. */
  newer: number | null;
}

/**
 * Reads the runs of one workspace folder, and follows them: what was read once is kept, and each look reads only what
 * was appended. It writes nothing. Looking is cheap where nothing changed: one `stat` a finished run.
 */
export class RunStore {
  readonly runsDirectory: string;
  readonly #followed = new Map<string, Followed>();
  readonly #unchanged = new Map<string, string>();
  readonly #unreadable = new Map<string, { stamp: string; run: UnreadableRun }>();

  readonly #ownershipOf: (folder: string) => Ownership;

  constructor(workspace: string, options: { ownershipOf?: (folder: string) => Ownership } = {}) {
    this.runsDirectory = workspacePaths(workspace).runs;
    this.#ownershipOf = options.ownershipOf ?? ownershipOf;
  }

  /** All runs, oldest first, and what could not be read. Throws only where the folder is there and cannot be listed. */
  list(): { runs: Run[]; unreadable: UnreadableRun[] } {
    const runs: Run[] = [];
    const unreadable: UnreadableRun[] = [];
    const seen = new Set<string>();
    for (const id of this.ids()) {
      seen.add(id);
      const run = this.get(id);
      if (run === null) continue;
      if ('manifest' in run) runs.push(run);
      else unreadable.push(run);
    }
    for (const id of this.#followed.keys()) if (!seen.has(id)) this.forget(id);
    runs.sort((a, b) => a.manifest.created - b.manifest.created || (a.id < b.id ? -1 : 1));
    return { runs, unreadable };
  }

  /** One run as it is now, or null when there is no such folder. */
  get(id: string): Run | UnreadableRun | null {
    if (!runIdSchema.safeParse(id).success) return null;
    const folder = path.join(this.runsDirectory, id);
    const followed = this.#follow(id, folder);
    if (followed === null || 'kind' in followed) return followed;
    try {
      return this.#look(id, folder, followed);
    } catch (error) {
      return { id, folder, kind: 'damaged', message: (error as Error).message };
    }
  }

  /**
   * Reads at most about `limitBytes` of what is new in a run's log, and says whether there is more: who must not be held up by
   * a long log reads it so before `get`.
   */
  readSome(id: string, limitBytes: number): boolean {
    if (!runIdSchema.safeParse(id).success) return false;
    const folder = path.join(this.runsDirectory, id);
    const followed = this.#follow(id, folder);
    if (followed === null || 'kind' in followed || this.#unchanged.get(id) === logStamp(folder, followed.reader)) {
      return false;
    }
    try {
      const batch = followed.reader.read(limitBytes);
      take(followed, batch);
      return batch.more;
    } catch {
      // `get` meets the same and says so.
      return false;
    }
  }

  /** What was kept of a run is given up: its folder is gone, or was put back. */
  forget(id: string): void {
    this.#followed.delete(id);
    this.#unchanged.delete(id);
    this.#unreadable.delete(id);
  }

  /** Names of the run folders that are there. Throws only where they cannot be listed. */
  ids(): string[] {
    try {
      return readdirSync(this.runsDirectory).filter((name) => runIdSchema.safeParse(name).success);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #follow(id: string, folder: string): Followed | UnreadableRun | null {
    const known = this.#followed.get(id);
    if (known) return known;
    const file = runPaths(folder).manifest;
    const stamp = stampOf(file);
    // Being made just now, or never finished being made: not a run yet.
    if (stamp === null) return null;
    const before = this.#unreadable.get(id);
    if (before?.stamp === stamp) return before.run;
    const manifest = readVersioned(file, runManifestSchema, versions.run);
    if (manifest.kind !== 'ok' || manifest.value.id !== id) {
      const run: UnreadableRun = {
        id,
        folder,
        kind: manifest.kind === 'newer' ? 'newer' : 'damaged',
        message: manifest.kind === 'ok' ? `run.json is of another run (${manifest.value.id})` : manifest.message,
      };
      this.#unreadable.set(id, { stamp, run });
      return run;
    }
    const followed = { manifest: manifest.value, ...openLog(folder), newer: null };
    this.#followed.set(id, followed);
    return followed;
  }

  #look(id: string, folder: string, followed: Followed): Run | UnreadableRun {
    const { manifest, summary } = followed;
    this.#readNew(id, folder, followed);
    let judged = this.#judge(folder, followed);
    // What it wrote between the reading of its log and the look for its process: its end, or a new attempt.
    if (judged.state === 'interrupted' && this.#readNew(id, folder, followed)) judged = this.#judge(folder, followed);
    if (followed.newer !== null) {
      return { id, folder, kind: 'newer', message: newerFormat(followed.newer, versions.events) };
    }
    return { id, folder, manifest, summary, ...judged, damagedLines: followed.damagedLines };
  }

  /** Reads what was appended to a run's log since it was last read. Returns whether anything may have been. */
  #readNew(id: string, folder: string, followed: Followed): boolean {
    const stamp = logStamp(folder, followed.reader);
    if (this.#unchanged.get(id) === stamp) return false;
    take(followed, followed.reader.read());
    this.#unchanged.set(id, stamp);
    return true;
  }

  #judge(folder: string, { manifest, summary }: Followed): Pick<Run, 'state' | 'ownership'> {
    // An owner may come (a resume), so it is asked for whenever the run could still change.
    const ownership = isLive(summary.state) || summary.attempt === 0 ? this.#ownershipOf(folder) : null;
    // Between the making of the folder and its child's first breath there is no owner; later there should be one.
    const isStarting = ownership?.kind === 'none' && Date.now() - manifest.created <= ownerExpectedAfterMs;
    const isGone = ownership !== null && !isHeld(ownership) && !isStarting;
    return { state: isLive(summary.state) && isGone ? 'interrupted' : summary.state, ownership };
  }
}

/** Adds what was read of a log to what is known of its run. */
function take(followed: Followed, { events, damaged, newer }: EventBatch): void {
  for (const event of events) reduceEvent(followed.summary, event);
  followed.damagedLines += damaged.length;
  followed.newer = newer ?? followed.newer;
}

/** A log as it is read for its summary: from the newest file that begins with one, else from its beginning. */
function openLog(folder: string): Pick<Followed, 'reader' | 'summary' | 'damagedLines'> {
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

/** Changes when the file does; null where there is none. */
function stampOf(file: string): string | null {
  try {
    // Asked for each of thousands of runs, mostly of a next file that is not there: an exception costs many times the answer.
    const found = statSync(file, { throwIfNoEntry: false });
    return found ? `${found.size} ${found.mtimeMs} ${found.ino}` : null;
  } catch {
    return null;
  }
}

function logStamp(folder: string, reader: EventReader): string {
  const paths = runPaths(folder);
  const { file } = reader.position;
  return `${stampOf(paths.events(file))} ${stampOf(paths.events(file + 1))}`;
}
