import type { RunEvent } from '../protocol/events.ts';

/** One training step, as callbacks hear of it. */
export interface StepReport {
  /** From 0. */
  epoch: number;
  /** Step of the run, from 0. */
  step: number;
  images: number;
  loss: number;
  correct: number;
  /** How long the step waited for its batch. */
  inputMs: number;
  stepMs: number;
}

/** One finished epoch. `loss` and `accuracy` were measured while the weights changed; the others at its end. */
export interface EpochReport {
  /** From 0. */
  epoch: number;
  /** Steps of the run at the end of the epoch. */
  step: number;
  loss: number;
  accuracy: number;
  valLoss: number;
  valAccuracy: number;
  learningRate: number;
  images: number;
  seconds: number;
  inputSeconds: number;
  stepSeconds: number;
  evaluationSeconds: number;
}

/** What callbacks may change or say. */
export interface FitControl {
  learningRate: number;
  emit: (event: RunEvent) => void;
}

/**
 * Something that goes along with training. Hooks are synchronous and short, so that no callback slows a step down.
 * `onTrainEnd` is called however training ends, by an error too. What a resume needs is in `save` and `restore`, as JSON.
 */
export interface Callback {
  readonly name: string;
  onTrainBegin?(control: FitControl): void;
  onStepEnd?(step: StepReport, control: FitControl): void;
  onEpochEnd?(epoch: EpochReport, control: FitControl): void;
  onTrainEnd?(control: FitControl): void;
  /** Whether training has come to its end by this callback's rule, as a sentence, or null. */
  finished?(): string | null;
  save?(): unknown;
  /** Throws when `saved` is none of its own. */
  restore?(saved: unknown): void;
}
