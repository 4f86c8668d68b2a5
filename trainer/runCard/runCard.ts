import type { EffectiveConfig } from '../protocol/config.ts';
import type { EngineDescription } from '../protocol/events.ts';
import type { Evaluation } from '../protocol/runFolder.ts';
import type { RunRow } from '../protocol/runRow.ts';
import type { EpochRecord, RunSummary } from '../protocol/runSummary.ts';

/** One of the validation images with the largest loss. */
export interface HardImage {
  file: string;
  trueClass: string;
  predictedClass: string;
  /** Probability of the predicted class, 0 to 1. */
  confidence: number;
  loss: number;
  /** The pixels that the network took, as a data URI; null where the file is gone or another one by now. */
  picture: string | null;
}

/** One stage of a run card. */
export interface RunCardStage {
  row: RunRow;
  config: EffectiveConfig;
  engine: EngineDescription | null;
  prepared: RunSummary['prepared'];
  model: RunSummary['model'];
  frozen: RunSummary['frozen'];
  attempts: number;
  epochs: readonly EpochRecord[];
  bestEpoch: number | null;
  warnings: readonly string[];
  /** Of the validation images, with the saved weights; null where the stage did not get so far. */
  evaluation: Evaluation | null;
  /** Of the test images, where they were looked at. */
  test: Evaluation | null;
  hardest: readonly HardImage[];
}

/** All that a run card shows: a ladder from its first stage to one run. */
export interface RunCard {
  name: string;
  /** Milliseconds since 1970. */
  written: number;
  upsize: string;
  stages: readonly RunCardStage[];
  /** Whether progressive resizing paid, as a sentence; null where no control was trained. */
  control: string | null;
}
