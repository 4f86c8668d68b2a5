import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { openPixels } from '../dataset/openPixels.ts';
import { releaseDataset } from '../dataset/prepareDataset.ts';
import { whyNoBfloat16 } from '../engine/bfloat16.ts';
import { loadEngine, parseEngineChoice, type Engine, type EngineName } from '../engine/loadEngine.ts';
import type { Precision, TrainStep, TrainStepOptions } from '../engine/trainStep.ts';
import type { ModelMetadata } from '../model/serialize.ts';
import { preprocessingOf } from '../protocol/preprocessing.ts';
import { threadPlan } from '../protocol/threadPlan.ts';
import { checkpointName, type Checkpoint, type ResumePoint } from '../run/checkpoint.ts';
import { bestStepOf } from '../training/callbacks/bestWeights.ts';
import { DivergedError } from '../training/divergedError.ts';
import { checkStageModel } from './checkStageModel.ts';
import { chooseDevice } from './chooseDevice.ts';
import { createStep, type CreatedStep } from './createStep.ts';
import { describeFailure } from './describeFailure.ts';
import { evaluateStage } from './evaluateStage.ts';
import { fitRun } from './fitRun.ts';
import { prepareStage } from './prepareStage.ts';
import { engineChange } from './resumeChange.ts';
import type { StageWorkerMessage } from './runChild.ts';
import { StageContext, StopRequested } from './stageContext.ts';
import { trainingBatches, type StageImages } from './stageData.ts';
import { makeStageModel, reopenStageModel, type StageModel } from './stageModel.ts';
import { StopFlag } from './stopFlag.ts';

const workerDataSchema = z.object({
  job: z.literal('stage'),
  folder: z.string(),
  stop: z.instanceof(SharedArrayBuffer),
  engine: z.enum(['native', 'wasm']).nullable(),
});

/** Entry of the worker thread of a trainer child: trains the run whose folder it is given, and says how it ended. */
export async function runStageWorker(): Promise<void> {
  const { folder, stop, engine } = workerDataSchema.parse(workerData);
  const say = (doing: string) => parentPort?.postMessage({ doing } satisfies StageWorkerMessage);
  await runStage(new StageContext(folder, new StopFlag(stop), say), engine);
}

/** Trains to the end, or to the stop, and writes the state that says which. Throws only when that cannot be written. */
async function runStage(context: StageContext, onPurpose: EngineName | null): Promise<void> {
  try {
    const message = await trainStage(context, onPurpose);
    context.emit({ type: 'state', state: 'completed', message, signal: null });
  } catch (error) {
    if (error instanceof StopRequested) {
      context.emit({ type: 'state', state: 'stopped', message: error.message, signal: context.stopReason });
    } else {
      if (process.env.UPSIZE_DEBUG) console.error(error);
      const code = error instanceof DivergedError ? { code: 'diverged' } : {};
      context.emit({ type: 'state', state: 'failed', message: describeFailure(error), signal: null, ...code });
    }
  } finally {
    context.sync();
    context.close();
  }
}

/**
 * One run of one stage, from its folder alone: prepare the images, make or reopen the model, check it, train, evaluate, save.
 * All that it does is in the event log before it counts; a run begun before goes on from its last checkpoint, on its own engine or
 * on the one that it is given on purpose.
 */
async function trainStage(context: StageContext, onPurpose: EngineName | null): Promise<string> {
  const { config } = context.manifest;
  context.enter('preparing');
  context.say('loading the engine');
  const engine = await loadStageEngine(context, onPurpose);
  const precision = precisionOf(context, engine, onPurpose);
  const dataset = await prepareStage(context);
  const preprocessing = preprocessingOf(config.stage.size, config.dataset.fit);
  const metadata: ModelMetadata = { version: 1, classNames: dataset.classNames, ...preprocessing };
  const pixels = await openPixels(dataset, config.stage.size);
  const images: StageImages = {
    pixels,
    labels: dataset.labels,
    train: dataset.train,
    trainPerClass: dataset.trainPerClass,
  };
  const from = resumePoint(context);
  const checkpoint = from?.last ?? null;
  let stageModel: StageModel | null = null;
  let step: TrainStep | null = null;
  try {
    stageModel = checkpoint && reopenStageModel(context.folder, context.manifest, checkpoint);
    stageModel ??= await makeStageModel(context.folder, context.workspace, context.manifest, metadata);
    const { optimizer, labelSmoothing } = config.stage.training;
    const recorded = checkpoint && context.before.engine;
    const change = recorded && engineChange(recorded, { ...engine, gpuUsed: engine.gpu.used });
    if (change !== null) context.emit({ type: 'log', level: 'warning', message: change });
    const recordedMode = recorded?.name === engine.name ? recorded.mode : null;
    const { model } = stageModel;
    const stepOptions: TrainStepOptions = { optimizer, labelSmoothing, precision, seed: config.seed };
    const create = (device?: 'cpu') =>
      createStep(engine.name, model, device ? { ...stepOptions, device } : stepOptions, recordedMode);
    const created =
      engine.gpu.used && recorded?.gpuUsed !== true
        ? await createFasterStep(context, create, images)
        : { ...create(), gpuUsed: engine.gpu.used };
    step = created.step;
    const work = { step, images, dataset };
    emitEngine(context, engine, created);
    await checkStageModel(context, stageModel, work, checkpoint !== null);
    if (context.before.attempt > 1) emitResumed(context, checkpoint);
    context.enter('running');
    const message = await fitRun(context, work, from);
    await evaluateStage(context, stageModel, work, metadata);
    return message;
  } finally {
    step?.dispose();
    stageModel?.model.dispose();
    await pixels.close();
    await releaseDataset(dataset);
  }
}

/**
 * A resume goes on with the engine that it began on, on GPU or processor as it began, unless another is meant: that would not give
 * the same weights.
 */
async function loadStageEngine({ before, manifest }: StageContext, onPurpose: EngineName | null): Promise<Engine> {
  const recorded = before.resumable ? before.engine : null;
  const gpu = recorded?.gpuUsed ?? true;
  if (onPurpose !== null) return await loadEngine(onPurpose, { gpu });
  const asked = parseEngineChoice(process.env.UPSIZE_ENGINE);
  const choice = recorded?.name ?? (asked === 'auto' ? manifest.config.engine : asked);
  try {
    const engine = await loadEngine(choice, { gpu });
    if (recorded?.gpuUsed && !engine.gpu.used) throw new Error(engine.gpu.note);
    return engine;
  } catch (error) {
    if (recorded === null) throw error;
    const on = recorded.gpuUsed ? 'a GPU' : `the ${recorded.name} engine`;
    throw new Error(`This run was trained on ${on}, and a resume must go on with it: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The step on GPU or processor, whichever trains on the first batch in less time, and says so in the log. */
async function createFasterStep(
  context: StageContext,
  create: (device?: 'cpu') => CreatedStep,
  images: StageImages,
): Promise<CreatedStep & { gpuUsed: boolean }> {
  context.say('timing GPU and processor');
  for await (const batch of trainingBatches(images, context.manifest.config, 0, 0)) {
    const { why, ...created } = await chooseDevice(create, batch);
    context.emit({ type: 'log', level: 'information', message: why });
    return created;
  }
  return { ...create(), gpuUsed: true };
}

/** A run is trained in what its config says or not at all; but one that goes on otherwise on purpose cannot edit its config. */
function precisionOf(context: StageContext, engine: Engine, onPurpose: EngineName | null): Precision {
  const { precision } = context.manifest.config.stage.training;
  const whyNot = precision === 'bfloat16' ? whyNoBfloat16(engine) : null;
  if (whyNot === null) return precision;
  if (onPurpose === null) throw new Error(`training: ${whyNot.reason} ${whyNot.advice}`);
  context.emit({ type: 'log', level: 'warning', message: `${whyNot.reason} The run goes on in float32.` });
  return 'float32';
}

function emitEngine(
  context: StageContext,
  engine: Engine,
  { step: { mode }, fallback, gpuUsed }: CreatedStep & { gpuUsed: boolean },
): void {
  context.emit({
    type: 'engine',
    engine: {
      name: engine.name,
      mode,
      tfjs: engine.tfjs,
      tensorflow: engine.tensorflow,
      threads: engine.threads,
      pool: Number(process.env.UV_THREADPOOL_SIZE ?? 4),
      decoders: threadPlan(availableParallelism()).decoders,
      gpu: engine.gpu.seen[0] ?? null,
      gpuUsed,
      fallback: engine.whyNotNative ?? fallback,
    },
  });
}

function resumePoint(context: StageContext): ResumePoint | null {
  const warn = (message: string) => context.emit({ type: 'log', level: 'warning', message });
  const point = context.checkpoints.readResumePoint(
    ({ callbacks }) => bestStepOf(callbacks),
    (name, why) => warn(`Checkpoint ${name} cannot be used (${why}); an older one is looked for.`),
  );
  if (point === null && context.before.resumable) warn('No checkpoint can be used, so the stage begins anew.');
  return point;
}

/** From the beginning where no checkpoint was written: then nothing that was trained before counts. */
function emitResumed(context: StageContext, checkpoint: Checkpoint | null): void {
  const { step, epoch, seq } = checkpoint?.state ?? { step: 0, epoch: 0, seq: 0 };
  context.forgetStepsFrom(step);
  context.emit({
    type: 'resumed',
    fromStep: step,
    fromEpoch: epoch,
    afterSeq: seq,
    checkpoint: checkpoint && checkpointName('last', step),
  });
}
