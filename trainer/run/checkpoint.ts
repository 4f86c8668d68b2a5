import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { NamedArray } from '../engine/trainStep.ts';
import { checkpointStateSchema, runPaths, type CheckpointState } from '../protocol/runFolder.ts';
import { writeFileAtomic } from './atomicFile.ts';
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

/** The checkpoints of one run: `<kind>-<step>.safetensors`, each with its SHA-256 in a file beside it. */
export class CheckpointFolder {
  readonly #directory: string;

  constructor(runFolder: string) {
    this.#directory = runPaths(runFolder).checkpoints;
    mkdirSync(this.#directory, { recursive: true });
  }

  /**
   * Writes a checkpoint and then removes all but the newest two of its kind. At every instant at least one whole
   * checkpoint is there, once there was one. Returns the file's name.
   */
  write({ state, weights, slots }: Checkpoint): string {
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
    writeFileAtomic(path.join(this.#directory, name), parts);
    writeFileAtomic(path.join(this.#directory, `${name}.sha256`), `${hash.digest('hex')}  ${name}\n`);
    for (const old of this.#names(state.kind).slice(generationsKept)) {
      rmSync(path.join(this.#directory, `${old}.sha256`), { force: true });
      rmSync(path.join(this.#directory, old), { force: true });
    }
    return name;
  }

  /** The newest whole checkpoint of a kind, or null; damaged ones are passed over and named to `onDamaged`. */
  readNewest(
    kind: CheckpointState['kind'],
    onDamaged: (name: string, why: string) => void = () => {},
  ): Checkpoint | null {
    for (const name of this.#names(kind)) {
      try {
        return this.#read(name);
      } catch (error) {
        onDamaged(name, (error as Error).message);
      }
    }
    return null;
  }

  /** The checkpoint of one step. Throws, naming it, when it is gone or damaged. */
  readAt(kind: CheckpointState['kind'], step: number): Checkpoint {
    const name = checkpointName(kind, step);
    try {
      return this.#read(name);
    } catch (error) {
      throw new Error(`Checkpoint ${name} cannot be used: ${(error as Error).message}.`, { cause: error });
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
    const state = checkpointStateSchema.parse(JSON.parse(metadata.upsize ?? 'null'));
    const under = (prefix: string) =>
      tensors
        .filter((tensor) => tensor.name.startsWith(prefix))
        .map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
    return { state, weights: under(weightPrefix), slots: under(slotPrefix) };
  }

  /** Newest first. */
  #names(kind: CheckpointState['kind']): string[] {
    return readdirSync(this.#directory)
      .filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.safetensors'))
      .sort()
      .reverse();
  }
}
