import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type * as z from 'zod';
import { isLive } from '../protocol/runState.ts';
import { isHeld } from '../protocol/ownership.ts';
import { isSameProcess, isThere } from '../protocol/processIdentity.ts';
import { runIdSchema, runOwnerSchema } from '../protocol/runFolder.ts';
import { workspacePaths } from '../protocol/runPaths.ts';
import { RunStore } from '../protocol/runStore.ts';
import { createExclusively, thisProcess } from './owner.ts';

const slotSchema = runOwnerSchema.omit({ attempt: true }).extend({ runId: runIdSchema });
type Slot = z.infer<typeof slotSchema>;

/**
 * Of the trainer children of one workspace one trains at a time; the others wait. `slots/<n>.json` with the highest `n` says
 * who trains. It is free once that run has ended or its process is gone, so a crash needs no clearing up; whoever creates
 * `n + 1` first has it.
 */
export class TrainingSlot {
  readonly #directory: string;
  readonly #store: RunStore;
  readonly #runId: string;

  constructor(workspace: string, runId: string) {
    this.#directory = workspacePaths(workspace).slots;
    this.#store = new RunStore(workspace);
    this.#runId = runId;
    mkdirSync(this.#directory, { recursive: true });
  }

  /** Takes the slot, or says which run it waits for. Runs that were asked for earlier go first. */
  tryTake(): { taken: true } | { taken: false; waitsFor: string } {
    const highest = this.#highest();
    if (highest > 0) {
      const holder = this.#read(highest);
      if (holder !== null && holder.runId !== this.#runId && this.#isAtWork(holder)) {
        return { taken: false, waitsFor: holder.runId };
      }
    }
    const earlier = this.#earlierInQueue();
    if (earlier !== null) return { taken: false, waitsFor: earlier };
    const mine = path.join(this.#directory, `${highest + 1}.json`);
    if (!createExclusively(mine, JSON.stringify({ ...thisProcess(), runId: this.#runId }))) return this.tryTake();
    if (this.#highest() > highest + 1) {
      // Others took turns since this one looked, and the number was free because they cleared it away.
      rmSync(mine, { force: true });
      return this.tryTake();
    }
    for (let number = highest; number > 0 && number > highest - 10; number--) {
      rmSync(path.join(this.#directory, `${number}.json`), { force: true });
    }
    return { taken: true };
  }

  #highest(): number {
    return readdirSync(this.#directory).reduce(
      (most, name) => Math.max(most, Number(/^(\d{1,9})\.json$/.exec(name)?.[1] ?? 0)),
      0,
    );
  }

  /** The log and the owner of the holder's run decide, on this host and on others. */
  #isAtWork(holder: Slot): boolean {
    const run = this.#store.get(holder.runId);
    if (run === null || !('summary' in run)) return isThere(holder) === true;
    if (!isLive(run.state) || run.ownership === null || run.ownership.kind === 'none') return false;
    // A later attempt of the same run has a turn of its own to wait for.
    return isSameProcess(run.ownership.owner, holder);
  }

  #read(number: number): Slot | null {
    try {
      return slotSchema.parse(JSON.parse(readFileSync(path.join(this.#directory, `${number}.json`), 'utf8')));
    } catch {
      // Torn by a crash in the middle of its creation, or just removed by the next holder.
      return null;
    }
  }

  #earlierInQueue(): string | null {
    const { runs } = this.#store.list();
    const mine = runs.find((run) => run.id === this.#runId);
    if (!mine) return null;
    const earlier = runs.find(
      (run) =>
        run.id !== mine.id &&
        isLive(run.state) &&
        run.ownership !== null &&
        isHeld(run.ownership) &&
        (run.summary.startedAt ?? run.manifest.created) < (mine.summary.startedAt ?? mine.manifest.created),
    );
    return earlier?.id ?? null;
  }
}
