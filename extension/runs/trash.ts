import { mkdirSync, readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isLive } from '../../trainer/protocol/runState.ts';
import { isHeld, ownershipOf } from '../../trainer/protocol/ownership.ts';
import { runIdSchema } from '../../trainer/protocol/runFolder.ts';
import { runFolderOf, workspacePaths } from '../../trainer/protocol/runPaths.ts';
import { RunStore } from '../../trainer/protocol/runStore.ts';
import { Declined } from '../commands/declined.ts';

const keptMs = 30 * 24 * 60 * 60_000;

/** A deleted run that can be brought back. */
export interface TrashedRun {
  id: string;
  folder: string;
  /** Milliseconds since 1970. */
  deletedAt: number;
}

/** Deleted runs of one workspace folder: moved aside within `.upsize`, since a remote server has no trash of its own. */
export class RunTrash {
  readonly #workspace: string;
  readonly #directory: string;
  #looked: { stamp: number | undefined; isEmpty: boolean } | undefined;

  constructor(workspace: string) {
    this.#workspace = workspace;
    this.#directory = workspacePaths(workspace).trash;
  }

  /**
   * Moves a run's folder into the trash. Throws Declined where a process works on it at this moment, and what the file system
   * throws; the run is then still whole where it was.
   */
  async delete(runId: string, now = Date.now()): Promise<void> {
    const from = runFolderOf(this.#workspace, runId);
    const to = path.join(this.#directory, runId);
    await rm(to, { recursive: true, force: true });
    mkdirSync(this.#directory, { recursive: true });
    if (isAtWork(this.#workspace, runId)) {
      throw new Declined(`Run ${runId} is at work and cannot be deleted; stop it first.`);
    }
    renameSync(from, to);
    // The folder's own time says since when it lies here.
    utimesSync(to, now / 1000, now / 1000);
  }

  /** Puts a run back where it was. Throws when there is one of that id by now. */
  restore(runId: string): void {
    const to = runFolderOf(this.#workspace, runId);
    mkdirSync(path.dirname(to), { recursive: true });
    renameSync(path.join(this.#directory, runIdSchema.parse(runId)), to);
  }

  /** Latest deleted first. */
  list(): TrashedRun[] {
    let names: string[];
    try {
      names = readdirSync(this.#directory);
    } catch {
      return [];
    }
    return names
      .filter((name) => runIdSchema.safeParse(name).success)
      .flatMap((id) => {
        const folder = path.join(this.#directory, id);
        // Another window may restore it meanwhile.
        const found = statSync(folder, { throwIfNoEntry: false });
        return found ? [{ id, folder, deletedAt: found.mtimeMs }] : [];
      })
      .sort((a, b) => b.deletedAt - a.deletedAt);
  }

  /** Whether there is nothing to bring back. Cheap while nothing changes. */
  get isEmpty(): boolean {
    const stamp = statSync(this.#directory, { throwIfNoEntry: false })?.mtimeMs;
    const looked = this.#looked?.stamp === stamp ? this.#looked : undefined;
    this.#looked = looked ?? { stamp, isEmpty: this.list().length === 0 };
    return this.#looked.isEmpty;
  }

  /** Removes for good what was deleted more than 30 days ago. Settles with how many runs. */
  async empty(now = Date.now()): Promise<number> {
    const old = this.list().filter((run) => now - run.deletedAt > keptMs);
    await Promise.all(old.map((run) => rm(run.folder, { recursive: true, force: true })));
    return old.length;
  }
}

/** Whether a process works on a run, or is about to: by its folder as it is now, not as it was last looked at. */
function isAtWork(workspace: string, runId: string): boolean {
  const run = new RunStore(workspace).get(runId);
  if (run === null || !('manifest' in run)) return false;
  if (isLive(run.state)) return true;
  // A resume takes the run before it says anything in the log.
  const ownership = ownershipOf(run.folder);
  return isHeld(ownership) && ownership.kind !== 'none' && ownership.owner.attempt > run.summary.attempt;
}
