import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type * as z from 'zod';
import { isLive } from '../protocol/events.ts';
import { livenessOf } from '../protocol/processIdentity.ts';
import { runIdSchema, runOwnerSchema, workspacePaths } from '../protocol/runFolder.ts';
import { RunStore } from '../protocol/runStore.ts';
import { createExclusively, thisProcess } from './owner.ts';

const slotSchema = runOwnerSchema.omit({ attempt: true }).extend({ runId: runIdSchema });

/**
 * Of the trainer children of one workspace one trains at a time; the others wait. `slots/<n>.json` with the highest `n` says
 * who trains. Its process being gone frees it, so a crash needs no clearing up; whoever creates `n + 1` first has it.
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
      // Another host's process cannot be asked about: it counts as living while its record is there.
      if (holder !== null && holder.runId !== this.#runId && livenessOf(holder) !== 'dead') {
        return { taken: false, waitsFor: holder.runId };
      }
    }
    const earlier = this.#earlierInQueue();
    if (earlier !== null) return { taken: false, waitsFor: earlier };
    const mine = path.join(this.#directory, `${highest + 1}.json`);
    if (!createExclusively(mine, JSON.stringify({ ...thisProcess(), runId: this.#runId }))) return this.tryTake();
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

  #read(number: number): z.infer<typeof slotSchema> | null {
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
        run.liveness === 'alive' &&
        (run.summary.startedAt ?? run.manifest.created) < (mine.summary.startedAt ?? mine.manifest.created),
    );
    return earlier?.id ?? null;
  }
}
