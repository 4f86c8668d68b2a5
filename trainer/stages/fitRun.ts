import * as tf from '@tensorflow/tfjs-core';
import type { ResumePoint } from '../run/checkpoint.ts';
import { fitStage } from '../training/fitStage.ts';
import { CheckpointWriter } from './checkpointWriter.ts';
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
  const checkpoints = new CheckpointWriter(context);
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
    checkpoint: (made) => checkpoints.take(made),
    shouldStop: () => context.stopReason !== null,
    memory: () => ({ rssBytes: process.memoryUsage.rss(), tensors: tf.memory().numTensors }),
    ...(from ? { start: { ...from.last, best: from.best } } : {}),
  }).finally(() => checkpoints.written);
  if (result.reason === 'stopped') throw new StopRequested(result.message);
  return result.message;
}
