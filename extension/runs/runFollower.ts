import { statSync } from 'node:fs';
import { isLive } from '../../trainer/protocol/runState.ts';
import { workspacePaths } from '../../trainer/protocol/runPaths.ts';
import { RunStore, type UnreadableRun } from '../../trainer/protocol/runStore.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';

/** All runs of a workspace folder as they were at the last look. */
export interface RunsSnapshot {
  runs: readonly Run[];
  unreadable: readonly UnreadableRun[];
}

/** How long one look may hold the extension host before it lets others work. */
const sliceMs = 8;
/** Of a log: read within about that time. */
const sliceBytes = 4 * 1024 * 1024;
/** Panels that follow a run show it as live: four times a second at least. */
const liveEveryMs = 150;
const listEveryMs = 1000;
/** A finished run changes only by a resume or an evaluation from elsewhere; each is looked at again this often. */
const allEveryMs = 15_000;

function stamp(folder: string): string {
  try {
    const { mtimeMs, ino } = statSync(folder);
    return `${ino} ${mtimeMs}`;
  } catch {
    return 'none';
  }
}

function letOthersWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Follows all runs of one workspace folder by looking, without watching folders: the live ones often, the list of runs each
 * second, the finished ones seldom or when some process begins to train. Reads only what was appended, in slices.
 */
export class RunFollower {
  readonly #workspace: string;
  readonly #onChange: (snapshot: RunsSnapshot) => void;
  #store: RunStore;
  #runs = new Map<string, Run>();
  #unreadable = new Map<string, UnreadableRun>();
  #seen = new Map<string, string>();
  #listStamp = '';
  #lastAll = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #ended = false;

  constructor(workspace: string, onChange: (snapshot: RunsSnapshot) => void) {
    this.#workspace = workspace;
    this.#onChange = onChange;
    this.#store = new RunStore(workspace);
  }

  /** Oldest first. */
  get snapshot(): RunsSnapshot {
    const runs = [...this.#runs.values()].sort(
      (a, b) => a.overview.created - b.overview.created || (a.id < b.id ? -1 : 1),
    );
    return { runs, unreadable: [...this.#unreadable.values()] };
  }

  /** Begins to look. Settles after the first look at everything. */
  async start(): Promise<void> {
    await this.refresh();
    this.#schedule();
  }

  /** Looks at everything now. */
  async refresh(): Promise<void> {
    this.#lastAll = 0;
    this.#lookAgain = this.#looking !== undefined;
    await this.#look();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#ended) return;
    const live = [...this.#runs.values()].some((run) => isLive(run.state));
    this.#timer = setTimeout(() => void this.#look().finally(() => this.#schedule()), live ? liveEveryMs : listEveryMs);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking.then(() => {
      if (!this.#lookAgain) return;
      this.#lookAgain = false;
      return this.#look();
    });
  }

  async #lookOnce(): Promise<void> {
    const now = Date.now();
    let changed = false;
    // A process that begins to train takes a slot, so a resume from elsewhere is seen at once.
    const { runs, slots } = workspacePaths(this.#workspace);
    const listStamp = `${stamp(runs)} ${stamp(slots)}`;
    const all = listStamp !== this.#listStamp || now - this.#lastAll >= allEveryMs;
    let ids: Iterable<string> = [...this.#runs.values()].filter((run) => isLive(run.state)).map((run) => run.id);
    if (all) {
      this.#listStamp = listStamp;
      this.#lastAll = now;
      const present = new Set(this.#store.ids());
      this.#store.openIndex();
      for (const id of [...this.#runs.keys(), ...this.#unreadable.keys()]) {
        if (present.has(id)) continue;
        this.#forget(id);
        changed = true;
      }
      ids = present;
    }
    let sliceStart = performance.now();
    for (const id of ids) {
      if (this.#ended) return;
      // A long log is read in parts; what it comes to is shown when all of it is read.
      while (this.#store.readSome(id, sliceBytes)) await letOthersWork();
      changed = this.#lookAt(id) || changed;
      if (performance.now() - sliceStart < sliceMs) continue;
      await letOthersWork();
      sliceStart = performance.now();
    }
    if (all) this.#store.keepIndex();
    if (changed && !this.#ended) this.#onChange(this.snapshot);
  }

  #forget(id: string): void {
    this.#runs.delete(id);
    this.#unreadable.delete(id);
    this.#seen.delete(id);
    this.#store.forget(id);
  }

  #lookAt(id: string): boolean {
    const run = this.#store.get(id);
    const before = this.#seen.get(id);
    if (run === null) return false;
    if (!('manifest' in run)) {
      this.#runs.delete(id);
      this.#unreadable.set(id, run);
      this.#seen.set(id, run.message);
      return before !== run.message;
    }
    const now = `${run.overview.lastSeq} ${run.state} ${run.ownership?.kind ?? ''} ${run.damagedLines}`;
    this.#unreadable.delete(id);
    this.#runs.set(id, run);
    this.#seen.set(id, now);
    return before !== now;
  }
}
