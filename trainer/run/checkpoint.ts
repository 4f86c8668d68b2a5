import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { NamedArray } from '../engine/trainStep.ts';
import { checkpointStateSchema, type CheckpointState } from '../protocol/runFolder.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { newerFormat, versions } from '../protocol/versions.ts';
import { replaceFileDurably, replaceLargeFileDurably } from '../protocol/replaceFile.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

/** Everything that a resume needs: what the next step starts from. */
export interface Checkpoint {
  state: CheckpointState;
  weights: NamedArray[];
  slots: NamedArray[];
}

/** Older files stay until this many newer ones are whole. */
const generationsKept = 2;
const weightPrefix = 'weights/';
const slotPrefix = 'slots/';

/** File name of the checkpoint of one step; sorts by step. */
export function checkpointName(kind: CheckpointState['kind'], step: number): string {
  return `${kind}-${String(step).padStart(9, '0')}.safetensors`;
}

/** A checkpoint of a format that only a newer Upsize reads. It is not damaged, so nothing older takes its place. */
export class NewerCheckpointError extends Error {
  override name = 'NewerCheckpointError';
}

const versionSchema = z.object({ version: z.number().int() });

/** Where a resume begins: the last state, and the best weights that it speaks of. */
export interface ResumePoint {
  last: Checkpoint;
  best: { step: number; weights: NamedArray[] } | null;
}

/** A checkpoint that is ready to be written. */
export interface PreparedCheckpoint {
  /** Of its file. */
  name: string;
  /** Settles when it is on the disk. */
  write(): Promise<void>;
}

/** The checkpoints of one run: `<kind>-<step>.safetensors`, each with its SHA-256 in a file beside it. */
export class CheckpointFolder {
  readonly #directory: string;

  /** For reading: makes and removes nothing. */
  constructor(runFolder: string) {
    this.#directory = runPaths(runFolder).checkpoints;
  }

  /** For the owner of the run: makes the folder, and clears away what a killed process had begun to write. */
  static own(runFolder: string): CheckpointFolder {
    const { checkpoints } = runPaths(runFolder);
    mkdirSync(checkpoints, { recursive: true });
    for (const name of readdirSync(checkpoints)) {
      if (name.endsWith('.partial')) rmSync(path.join(checkpoints, name), { force: true });
    }
    return new CheckpointFolder(runFolder);
  }

  /**
   * Gets a checkpoint ready, which takes the time of its sum; `write` then writes it while others work, and removes all but the
   * newest two of its kind. At every instant at least one whole checkpoint is there, once there was one.
   */
  prepare({ state, weights, slots }: Checkpoint): PreparedCheckpoint {
    const name = checkpointName(state.kind, state.step);
    const parts = encodeSafetensors(
      [
        ...weights.map((array) => ({ ...array, name: weightPrefix + array.name })),
        ...slots.map((array) => ({ ...array, name: slotPrefix + array.name })),
      ],
      { upsize: JSON.stringify(state) },
    );
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    const sum = hash.digest('hex');
    return { name, write: () => this.#write(state.kind, name, parts, sum) };
  }

  async #write(kind: CheckpointState['kind'], name: string, parts: readonly Uint8Array[], sum: string): Promise<void> {
    // A step that is trained again has the same name: its old sum would call the new file damaged.
    rmSync(path.join(this.#directory, `${name}.sha256`), { force: true });
    await replaceLargeFileDurably(path.join(this.#directory, name), parts);
    replaceFileDurably(path.join(this.#directory, `${name}.sha256`), `${sum}  ${name}\n`);
    for (const old of this.#names(kind).slice(generationsKept)) {
      rmSync(path.join(this.#directory, `${old}.sha256`), { force: true });
      rmSync(path.join(this.#directory, old), { force: true });
    }
  }

  /**
   * The newest whole checkpoint of a kind, or null; damaged ones are passed over and named to `onDamaged`. Throws
   * NewerCheckpointError where a newer Upsize wrote it.
   */
  readNewest(
    kind: CheckpointState['kind'],
    onDamaged: (name: string, why: string) => void = () => {},
  ): Checkpoint | null {
    for (const name of this.#names(kind)) {
      const read = this.#readWhole(name, onDamaged);
      if (read !== null) return read;
    }
    return null;
  }

  /**
   * The newest state whose best weights are whole as well, or null where there is none; `bestStepOf` says which step's they
   * are. Damaged checkpoints are passed over and named to `onDamaged`. Throws NewerCheckpointError as `readNewest` does.
   */
  readResumePoint(
    bestStepOf: (state: CheckpointState) => number | null,
    onDamaged: (name: string, why: string) => void,
  ): ResumePoint | null {
    for (const name of this.#names('last')) {
      const last = this.#readWhole(name, onDamaged);
      if (last === null) continue;
      const step = bestStepOf(last.state);
      if (step === null) return { last, best: null };
      const best = this.#readWhole(checkpointName('best', step), onDamaged);
      if (best !== null) return { last, best: { step, weights: best.weights } };
    }
    return null;
  }

  #readWhole(name: string, onDamaged: (name: string, why: string) => void): Checkpoint | null {
    try {
      return this.#read(name);
    } catch (error) {
      if (error instanceof NewerCheckpointError) throw error;
      onDamaged(name, error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  #read(name: string): Checkpoint {
    const file = path.join(this.#directory, name);
    const bytes = readFileSync(file);
    const sum = createHash('sha256').update(bytes).digest('hex');
    // The sum is written after the file, so a crash between the two leaves a whole checkpoint without one.
    if (existsSync(`${file}.sha256`) && readFileSync(`${file}.sha256`, 'utf8').slice(0, 64) !== sum) {
      throw new Error('its SHA-256 is not the recorded one');
    }
    const { tensors, metadata } = decodeSafetensors(bytes);
    const json: unknown = JSON.parse(metadata.upsize ?? 'null');
    const version = versionSchema.safeParse(json).data?.version ?? 0;
    if (version > versions.checkpoint) {
      throw new NewerCheckpointError(
        `Checkpoint ${name} was ${newerFormat(version, versions.checkpoint)}. Update Upsize to go on with this run.`,
      );
    }
    const state = checkpointStateSchema.parse(json);
    const under = (prefix: string) =>
      tensors
        .filter((tensor) => tensor.name.startsWith(prefix))
        .map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
    return { state, weights: under(weightPrefix), slots: under(slotPrefix) };
  }

  /** Newest first. */
  #names(kind: CheckpointState['kind']): string[] {
    if (!existsSync(this.#directory)) return [];
    return readdirSync(this.#directory)
      .filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.safetensors'))
      .sort()
      .reverse();
  }
}
