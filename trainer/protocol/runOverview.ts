import type { EngineDescription } from './events.ts';
import type { RunState } from './runState.ts';

/** What a run's manifest says of it, for lists. */
export interface PlannedOverview {
  parentId: string | null;
  ladderId: string;
  /** The run whose ladder this one is the control of, or null. */
  controlOf: string | null;
  configName: string | null;
  configFile: string | null;
  stageIndex: number | null;
  /** Side of the images, in pixels; and those of the stages that are planned after it. */
  size: number;
  laterSizes: readonly number[];
  /** Milliseconds since 1970. */
  created: number;
}

/**
 * What lists, trees and tables show of every run: small enough to be had of ten thousand at once, while a run's manifest and
 * summary are read when one is looked into.
 */
export interface RunOverview extends PlannedOverview {
  /** The last state that was written; `Run.state` is what it means now. */
  state: RunState;
  attempt: number;
  message: string | null;
  failure: string | null;
  lastSeq: number;
  /** Of work, over all attempts. */
  seconds: number;
  /** Finished epochs. */
  epochs: number;
  bestEpoch: number | null;
  imagesPerSecond: number | null;
  /** As `valAccuracyOf` and `valLossOf` have them. */
  valAccuracy: number | null;
  valLoss: number | null;
  /** Whether the validation images were scored at the end. */
  isEvaluated: boolean;
  /** What a gain over the parent stands on. */
  splitHash: string | null;
  labelsHash: string | null;
  sharedGain: number | null;
  parentValAccuracy: number | null;
  trainableParameters: number | null;
  totalParameters: number | null;
  engine: EngineDescription['name'] | null;
  mode: EngineDescription['mode'] | null;
  weightsSha256: string | null;
  testLooks: number;
}
