import * as tf from '@tensorflow/tfjs-core';
import { versions } from '../protocol/versions.ts';
import type { ResumePoint } from '../run/checkpoint.ts';
import { weightsHash } from '../run/weightsHash.ts';
import { fitStage, type FitCheckpoint } from '../training/fitStage.ts';
import { scoreValidation } from './scoreValidation.ts';
import { StopRequested, type StageContext } from './stageContext.ts';
import { trainingBatches, type StageWork } from './stageData.ts';

/**
 * Trains a run's model, from its last checkpoint where it has one, and writes all of it into the run folder. Afterwards the
 * step holds the best epoch's weights. Returns why training ended, as a sentence; throws StopRequested on a stop.
 */
export async function fitRun(context: StageContext, work: StageWork, from: ResumePoint | null): Promise<string> {
  const { config } = context.manifest;
  context.say('training a batch');
  const result = await fitStage({
    step: work.step,
    options: config.stage.training,
    computeBudgetSeconds: config.control?.computeBudgetSeconds,
    batches: (epoch, fromStep) => trainingBatches(work.images, config, epoch, fromStep),
    validate: async () => {
      context.say('scoring the validation images');
      const found = await scoreValidation(context, work);
      context.say('training a batch');
      return found;
    },
    emit: (event) => context.emit(event),
    checkpoint: (made) => writeCheckpoint(context, made),
    shouldStop: () => context.stopReason !== null,
    memory: () => ({ rssBytes: process.memoryUsage.rss(), tensors: tf.memory().numTensors }),
    ...(from ? { start: { ...from.last, best: from.best } } : {}),
  });
  if (result.reason === 'stopped') throw new StopRequested(result.message);
  return result.message;
}

function writeCheckpoint(context: StageContext, { kind, state, weights, slots }: FitCheckpoint): void {
  context.say('writing a checkpoint');
  const started = performance.now();
  const weightsSha256 = weightsHash(weights);
  // What the checkpoint stands on must not be lost where the checkpoint is kept.
  context.sync();
  const file = context.checkpoints.write({
    state: { ...state, version: versions.checkpoint, kind, seq: context.seq, weightsSha256 },
    weights,
    slots,
  });
  const seconds = (performance.now() - started) / 1000;
  context.emit({ type: 'checkpoint', kind, file, epoch: state.epoch, step: state.step, weightsSha256, seconds });
  context.say('training a batch');
}
