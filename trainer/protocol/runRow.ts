import type { EngineDescription } from './events.ts';
import type { RunState } from './runState.ts';
import { gainOver } from './gain.ts';
import type { Run } from './runSummary.ts';
import { elsewhereOf, type Elsewhere } from './stateText.ts';

/** A run as `upsize runs --json` prints it, and as tables and language-model tools have it. */
export interface RunRow {
  id: string;
  parentId: string | null;
  ladderId: string;
  /** The run whose ladder this one is the control of, or null. */
  controlOf: string | null;
  name: string | null;
  /** Side of the images, in pixels. */
  size: number;
  state: RunState;
  message: string | null;
  elsewhere: Elsewhere | null;
  /** Accuracy of the saved weights on the whole validation set, 0 to 1; while training, of the best epoch. Used for selection. */
  valAccuracy: number | null;
  valLoss: number | null;
  /** Against the parent on the same images, in shares of 1; null for a first stage, an unknown parent, or other images. */
  gain: number | null;
  /** Whether the parent was scored on other images or labels; then the gain is of the images that both share. */
  otherImages: boolean;
  epochs: number;
  trainableParameters: number | null;
  totalParameters: number | null;
  /** Of work: preparing, training, evaluating; over all attempts. */
  seconds: number;
  imagesPerSecond: number | null;
  engine: EngineDescription['name'] | null;
  mode: EngineDescription['mode'] | null;
  weightsSha256: string | null;
  testLooks: number;
  created: number;
  folder: string;
}

/** Tables need every run's parent for the gain, so rows are made for all runs at once. */
export function runRows(runs: readonly Run[], names: ReadonlyMap<string, string> = new Map()): RunRow[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return runs.map((run) => {
    const { id, folder, state, overview } = run;
    const { gain, otherImages } = gainOver(run, byId.get(overview.parentId ?? ''));
    return {
      id,
      parentId: overview.parentId,
      ladderId: overview.ladderId,
      controlOf: overview.controlOf,
      name: names.get(id) ?? null,
      size: overview.size,
      state,
      message: overview.message,
      elsewhere: elsewhereOf(run),
      valAccuracy: overview.valAccuracy,
      valLoss: overview.valLoss,
      gain,
      otherImages,
      epochs: overview.epochs,
      trainableParameters: overview.trainableParameters,
      totalParameters: overview.totalParameters,
      seconds: overview.seconds,
      imagesPerSecond: overview.imagesPerSecond,
      engine: overview.engine,
      mode: overview.mode,
      weightsSha256: overview.weightsSha256,
      testLooks: overview.testLooks,
      created: overview.created,
      folder,
    };
  });
}

/** How much val_accuracy a stage added a minute of work, in shares of 1; null for a first stage, which has nothing to add to. */
export function gainPerMinute({ gain, seconds }: Pick<RunRow, 'gain' | 'seconds'>): number | null {
  return gain === null || seconds <= 0 ? null : gain / (seconds / 60);
}
