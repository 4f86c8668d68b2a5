import type { Batch, NamedArray, TrainStep } from '../engine/trainStep.ts';
import type { TrainingOptions } from '../protocol/config.ts';
import type { RunEvent } from '../protocol/events.ts';
import type { CheckpointState } from '../protocol/runFolder.ts';
import type { Callback, EpochReport, FitControl } from './callback.ts';
import { BestWeights, type BestEpoch } from './callbacks/bestWeights.ts';
import { ComputeBudget } from './callbacks/computeBudget.ts';
import { EarlyStopping } from './callbacks/earlyStopping.ts';
import { EpochReporter, type MemoryUse } from './callbacks/epochReporter.ts';
import { ReduceLearningRateOnPlateau } from './callbacks/reduceLearningRateOnPlateau.ts';
import { Reporter } from './callbacks/reporter.ts';
import { DivergedError } from './divergedError.ts';
import { renewStatistics } from './renewStatistics.ts';

/** Where training stands, beside the tensors: the training part of a checkpoint's record. */
export type FitState = Omit<CheckpointState, 'version' | 'kind' | 'seq' | 'weightsSha256'>;

/** What a checkpoint keeps of one moment. Nothing in it changes any more when training goes on. */
export interface FitCheckpoint {
  /** Whether it is the end of the best epoch so far, which the next stage starts from. */
  isBest: boolean;
  state: FitState;
  weights: NamedArray[];
  slots: NamedArray[];
  /** When training paused for it, by `now`. */
  asked: number;
}

/** Where a resumed run goes on: its last checkpoint, and the weights of the best epoch that this checkpoint speaks of. */
export interface FitStart {
  state: FitState;
  weights: NamedArray[];
  slots: NamedArray[];
  /** The best weights with the step they are of (`bestStepOf(state.callbacks)`); null before the first epoch's end. */
  best: { step: number; weights: NamedArray[] } | null;
}

/** What validation found: over the whole set, each image counting the same. */
export interface ValidationResult {
  loss: number;
  accuracy: number;
}

/** What training is made of. It knows no files and no tensors: they are behind `step`, `batches` and `checkpoint`. */
export interface FitStageInput {
  step: TrainStep;
  options: TrainingOptions;
  /** The batches of an epoch from one of its steps on, always the same for the same epoch and step. */
  batches(epoch: number, fromStep: number): AsyncIterable<Batch>;
  /** Scores the whole validation set. Null when it broke off because of a stop request. */
  validate(): Promise<ValidationResult | null>;
  emit: (event: RunEvent) => void;
  /** Takes a checkpoint, to be written while training goes on. Throws what the one before could not be written for. */
  checkpoint(checkpoint: FitCheckpoint): void | Promise<void>;
  /** Whether someone asked for a stop. Looked at after each step. */
  shouldStop(): boolean;
  memory(): MemoryUse;
  /** Most seconds that the steps may take, over all attempts; absent: as long as the epochs do. */
  computeBudgetSeconds?: number | undefined;
  start?: FitStart;
  /** Milliseconds, only for what is reported and for when to checkpoint: training itself does not depend on it. */
  now?: () => number;
  /** A checkpoint is written after each epoch, and within one when this long has passed since the last. */
  checkpointEverySeconds?: number;
}

/** How long scoring an epoch is taken to last before one was scored. */
const firstScoringMs = 50_000;

/** How training ended. */
export interface FitResult {
  /** `completed`: every epoch was trained, or early stopping ended it. `stopped`: a stop was asked for. */
  reason: 'completed' | 'stopped';
  /** Why, as a sentence. */
  message: string;
  /** Epochs finished, and steps of the run. */
  epochs: number;
  steps: number;
  best: BestEpoch | null;
}

/**
 * Trains a stage: the whole loop. From the same seed, and from any checkpoint of an uninterrupted run, it ends with the
 * same weights, since every random draw is a function of the epoch and step and nothing here depends on time. At its end
 * the step holds the best epoch's weights. A stop finishes the batch, writes a checkpoint and returns; a loss that is no
 * number throws DivergedError. `onTrainEnd` of every callback is called in each case.
 */
export async function fitStage(input: FitStageInput): Promise<FitResult> {
  const { step, options, start, emit, now = () => performance.now() } = input;
  const checkpointEveryMs = 1000 * (input.checkpointEverySeconds ?? 60);
  const control: FitControl = { learningRate: start?.state.learningRate ?? options.learningRate, emit };
  const bestWeights = new BestWeights(options.earlyStopping ? options.earlyStopping.monitor : 'val_accuracy', () =>
    step.getWeights(),
  );
  const reporter = new Reporter(now);
  const callbacks: Callback[] = [reporter, new EpochReporter(() => input.memory()), bestWeights];
  if (options.reduceLearningRate) callbacks.push(new ReduceLearningRateOnPlateau(options.reduceLearningRate));
  if (options.earlyStopping) callbacks.push(new EarlyStopping(options.earlyStopping));

  const budget = input.computeBudgetSeconds === undefined ? null : new ComputeBudget(input.computeBudgetSeconds);
  if (budget) callbacks.push(budget);

  let epoch = start?.state.epoch ?? 0;
  let runStep = start?.state.step ?? 0;
  let stepInEpoch = start?.state.stepInEpoch ?? 0;
  let sums = start ? { ...start.state.epochSums } : emptySums();
  if (start) {
    step.setWeights(start.weights);
    step.setSlots(start.slots);
    for (const callback of callbacks) callback.restore?.(start.state.callbacks[callback.name]);
    bestWeights.restoreWeights(start.best);
  }

  let checkpointed = now();
  let scoringMs = firstScoringMs;
  const checkpoint = async (isBest: boolean) => {
    const asked = now();
    reporter.flush(control);
    const saved = Object.fromEntries(
      callbacks.flatMap((one) => (one.save === undefined ? [] : [[one.name, one.save()]])),
    );
    const state: FitState = {
      epoch,
      step: runStep,
      stepInEpoch,
      epochSums: { ...sums },
      learningRate: control.learningRate,
      callbacks: saved,
    };
    await input.checkpoint({ isBest, state, weights: step.getWeights(), slots: step.getSlots(), asked });
    checkpointed = now();
  };
  const ended = (reason: FitResult['reason'], message: string): FitResult => {
    return { reason, message, epochs: epoch, steps: runStep, best: bestWeights.best };
  };
  const stopped = async (message: string) => {
    await checkpoint(false);
    return ended('stopped', message);
  };
  const finished = () => callbacks.map((callback) => callback.finished?.() ?? null).find((reason) => reason !== null);

  for (const callback of callbacks) callback.onTrainBegin?.(control);
  try {
    while (epoch < options.epochs && finished() === undefined) {
      // One epoch of steps, from its beginning or from where a checkpoint left it.
      let asked = now();
      for await (const batch of input.batches(epoch, stepInEpoch)) {
        const given = now();
        const { loss, correct } = await step.run(batch, { learningRate: control.learningRate, step: runStep });
        const done = now();
        if (!Number.isFinite(loss)) throw new DivergedError(loss, epoch, runStep, control.learningRate);
        const report = {
          epoch,
          step: runStep,
          images: batch.count,
          loss,
          correct,
          inputMs: given - asked,
          stepMs: done - given,
        };
        addStep(sums, report, done - asked);
        runStep++;
        stepInEpoch++;
        for (const callback of callbacks) callback.onStepEnd?.(report, control);
        if (input.shouldStop()) return await stopped(`Stopped in epoch ${epoch + 1}, after step ${runStep}.`);
        if (budget?.isSpent) break;
        if (done - checkpointed >= checkpointEveryMs) await checkpoint(false);
        asked = now();
      }
      if (sums.images === 0) throw new Error('The epoch has no images: the data set gives no batch to train on.');

      // A kill while a large set is scored must not cost more than one within the epoch.
      if (now() - checkpointed + scoringMs >= checkpointEveryMs) await checkpoint(false);
      const began = now();
      const isRenewed = await renewStatistics(step, input.batches(epoch, 0), () => input.shouldStop());
      const validation = isRenewed ? await input.validate() : null;
      if (!validation) return await stopped(`Stopped before the end of epoch ${epoch + 1} was scored.`);
      if (!Number.isFinite(validation.loss))
        throw new DivergedError(validation.loss, epoch, runStep, control.learningRate);
      scoringMs = now() - began;
      const evaluationSeconds = scoringMs / 1000;
      const report = epochReport(epoch, runStep, sums, validation, control.learningRate, evaluationSeconds);
      reporter.flush(control);
      for (const callback of callbacks) callback.onEpochEnd?.(report, control);

      epoch++;
      stepInEpoch = 0;
      sums = emptySums();
      await checkpoint(bestWeights.best?.step === runStep);
      if (epoch < options.epochs && finished() === undefined && input.shouldStop())
        return ended('stopped', `Stopped after epoch ${epoch}.`);
    }
    const reason = finished();
    if (reason !== undefined) emit({ type: 'log', level: 'information', message: reason });
    if (bestWeights.weights) step.setWeights(bestWeights.weights);
    return ended('completed', reason ?? `Trained ${epoch} ${epoch === 1 ? 'epoch' : 'epochs'}.`);
  } finally {
    for (const callback of callbacks) callback.onTrainEnd?.(control);
  }
}

type EpochSums = CheckpointState['epochSums'];

function emptySums(): EpochSums {
  return { loss: 0, correct: 0, images: 0, seconds: 0, inputSeconds: 0, stepSeconds: 0 };
}

function addStep(
  sums: EpochSums,
  step: { loss: number; correct: number; images: number; inputMs: number; stepMs: number },
  elapsedMs: number,
): void {
  // The last batch is smaller than the others: each image counts the same.
  sums.loss += step.loss * step.images;
  sums.correct += step.correct;
  sums.images += step.images;
  sums.seconds += elapsedMs / 1000;
  sums.inputSeconds += step.inputMs / 1000;
  sums.stepSeconds += step.stepMs / 1000;
}

function epochReport(
  epoch: number,
  step: number,
  sums: EpochSums,
  validation: ValidationResult,
  learningRate: number,
  evaluationSeconds: number,
): EpochReport {
  const { images, inputSeconds, stepSeconds } = sums;
  return {
    epoch,
    step,
    loss: sums.loss / images,
    accuracy: sums.correct / images,
    valLoss: validation.loss,
    valAccuracy: validation.accuracy,
    learningRate,
    images,
    seconds: sums.seconds + evaluationSeconds,
    inputSeconds,
    stepSeconds,
    evaluationSeconds,
  };
}
