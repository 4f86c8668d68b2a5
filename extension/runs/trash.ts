import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { runFolderOf, runIdSchema, workspacePaths } from '../../trainer/protocol/runFolder.ts';

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

  constructor(workspace: string) {
    this.#workspace = workspace;
    this.#directory = workspacePaths(workspace).trash;
  }

  /** Moves a run's folder into the trash. Throws what the file system throws; the run is then still whole where it was. */
  delete(runId: string, now = Date.now()): void {
    const from = runFolderOf(this.#workspace, runId);
    mkdirSync(this.#directory, { recursive: true });
    const to = path.join(this.#directory, runId);
    rmSync(to, { recursive: true, force: true });
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
      .map((id) => ({ id, folder: path.join(this.#directory, id) }))
      .map((run) => ({ ...run, deletedAt: statSync(run.folder).mtimeMs }))
      .sort((a, b) => b.deletedAt - a.deletedAt);
  }

  /** Removes for good what was deleted more than 30 days ago. Returns how many runs. */
  empty(now = Date.now()): number {
    const old = this.list().filter((run) => now - run.deletedAt > keptMs);
    for (const run of old) rmSync(run.folder, { recursive: true, force: true });
    return old.length;
  }
}
