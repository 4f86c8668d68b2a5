import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { FollowedRun } from './followedRun.ts';
import { isHeld, ownershipOf, type Ownership } from './ownership.ts';
import { readRunManifest } from './readRunManifest.ts';
import { isRunId, runPaths, workspacePaths } from './runPaths.ts';
import { readRunIndex, writeRunIndex, type IndexedRun } from './runIndex.ts';
import type { RunOverview } from './runOverview.ts';
import { isSameStamp } from './runStamp.ts';
import type { Run } from './runSummary.ts';
import { isLive } from './runState.ts';
import { newerFormat, versions } from './versions.ts';

/** A child that has not taken its run by then never started. */
const ownerExpectedAfterMs = 30_000;
/** Fewer runs are read as fast as an index of them. */
const fewestIndexed = 50;

/** A run folder that cannot be shown as a run, and why. It hides no other. */
export interface UnreadableRun {
  id: string;
  folder: string;
  kind: 'newer' | 'damaged';
  message: string;
}

/**
 * Reads the runs of one workspace folder, and follows them: what was read once is kept, and each look reads only what
 * was appended. Looking is cheap where nothing changed: two `stat` a finished run. Of many runs it keeps an index in the cache,
 * from which the next program lists them; it writes nothing else.
 */
export class RunStore {
  readonly runsDirectory: string;
  readonly #workspace: string;
  readonly #followed = new Map<string, FollowedRun>();
  readonly #unreadable = new Map<string, { stamp: string; run: UnreadableRun }>();
  /** As it lies in the cache; null before it was asked for. */
  #index: ReadonlyMap<string, IndexedRun> | null = null;
  #canIndex = true;

  readonly #ownershipOf: (folder: string) => Ownership;

  constructor(workspace: string, options: { ownershipOf?: (folder: string) => Ownership } = {}) {
    this.#workspace = workspace;
    this.runsDirectory = workspacePaths(workspace).runs;
    this.#ownershipOf = options.ownershipOf ?? ownershipOf;
  }

  /** All runs, oldest first, and what could not be read. Throws only where the folder is there and cannot be listed. */
  list(): { runs: Run[]; unreadable: UnreadableRun[] } {
    const runs: Run[] = [];
    const unreadable: UnreadableRun[] = [];
    const seen = new Set(this.ids());
    this.openIndex();
    for (const id of seen) {
      const run = this.get(id);
      if (run === null) continue;
      if ('manifest' in run) runs.push(run);
      else unreadable.push(run);
    }
    for (const id of this.#followed.keys()) if (!seen.has(id)) this.forget(id);
    this.keepIndex();
    runs.sort((a, b) => a.overview.created - b.overview.created || (a.id < b.id ? -1 : 1));
    return { runs, unreadable };
  }

  /** One run as it is now, or null when there is no such folder. */
  get(id: string): Run | UnreadableRun | null {
    if (!isRunId(id)) return null;
    const folder = this.#folderOf(id);
    try {
      const followed = this.#follow(id, folder);
      return followed instanceof FollowedRun ? this.#look(followed) : followed;
    } catch (error) {
      return { id, folder, kind: 'damaged', message: (error as Error).message };
    }
  }

  /**
   * Reads at most about `limitBytes` of what is new in a run's log, and says whether there is more: who must not be held up by
   * a long log reads it so before `get`.
   */
  readSome(id: string, limitBytes: number): boolean {
    if (!isRunId(id)) return false;
    try {
      const followed = this.#follow(id, this.#folderOf(id));
      return followed instanceof FollowedRun && followed.readSome(limitBytes);
    } catch {
      // `get` meets the same and says so.
      return false;
    }
  }

  /** What was kept of a run is given up: its folder is gone, or was put back. */
  forget(id: string): void {
    this.#followed.delete(id);
    this.#unreadable.delete(id);
  }

  /** Names of the run folders that are there. Throws only where they cannot be listed. */
  ids(): string[] {
    try {
      return readdirSync(this.runsDirectory).filter(isRunId);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Has runs that are first looked at from now on taken from the index, where their folders are as they were then. */
  openIndex(): void {
    this.#index ??= readRunIndex(this.#workspace);
  }

  /**
   * Writes the index anew where it does not tell what all runs came to that were looked at. For who has looked at all there are:
   * it has no other runs then. Where it cannot be written all works as before, only slower.
   */
  keepIndex(): void {
    if (!this.#canIndex || this.#followed.size < fewestIndexed) return;
    const isAsIndexed = ([id, { indexed }]: [string, FollowedRun]) => {
      const before = this.#index?.get(id);
      return indexed === null || indexed === before || (before && isSameStamp(before.stamp, indexed.stamp));
    };
    if ([...this.#followed].every(isAsIndexed)) return;
    const kept = new Map<string, IndexedRun>();
    for (const [id, { indexed }] of this.#followed) if (indexed !== null) kept.set(id, indexed);
    try {
      writeRunIndex(this.#workspace, kept);
      this.#index = kept;
    } catch {
      this.#canIndex = false;
    }
  }

  /** Of a name that is a run's: there is nothing in it to normalize, as `path.join` would, thousands of times. */
  #folderOf(id: string): string {
    return `${this.runsDirectory}${path.sep}${id}`;
  }

  #follow(id: string, folder: string): FollowedRun | UnreadableRun | null {
    const known = this.#followed.get(id) ?? this.#fromIndex(id, folder);
    if (known) return known;
    const file = runPaths(folder).manifest;
    const stamp = stampOf(file);
    // Being made just now, or never finished being made: not a run yet.
    if (stamp === null) return null;
    const before = this.#unreadable.get(id);
    if (before?.stamp === stamp) return before.run;
    const manifest = readRunManifest(folder);
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
    const followed = FollowedRun.of(folder, manifest.value);
    this.#followed.set(id, followed);
    return followed;
  }

  #fromIndex(id: string, folder: string): FollowedRun | null {
    const indexed = this.#index?.get(id);
    const followed = indexed ? FollowedRun.fromIndex(id, folder, indexed) : null;
    if (followed) this.#followed.set(id, followed);
    return followed;
  }

  #look(followed: FollowedRun): Run | UnreadableRun {
    followed.readNew();
    const { id, folder } = followed;
    let judged = this.#judge(folder, followed.overview);
    // What it wrote between the reading of its log and the look for its process: its end, or a new attempt.
    if (judged.state === 'interrupted' && followed.readNew()) judged = this.#judge(folder, followed.overview);
    if (followed.newer !== null) {
      return { id, folder, kind: 'newer', message: newerFormat(followed.newer, versions.events) };
    }
    return followed.as(judged);
  }

  #judge(folder: string, { state, attempt, created }: RunOverview): Pick<Run, 'state' | 'ownership'> {
    // An owner may come (a resume), so it is asked for whenever the run could still change.
    const ownership = isLive(state) || attempt === 0 ? this.#ownershipOf(folder) : null;
    // Between the making of the folder and its child's first breath there is no owner; later there should be one.
    const isStarting = ownership?.kind === 'none' && Date.now() - created <= ownerExpectedAfterMs;
    const isGone = ownership !== null && !isHeld(ownership) && !isStarting;
    return { state: isLive(state) && isGone ? 'interrupted' : state, ownership };
  }
}

/** Changes when the file does; null where there is none. */
function stampOf(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs} ${found.ino}` : null;
}
