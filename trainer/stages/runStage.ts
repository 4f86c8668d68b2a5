import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import * as z from 'zod';
import { openPixels } from '../dataset/openPixels.ts';
import { countSmaller, prepareDataset, releaseDataset, type PreparedDataset } from '../dataset/prepareDataset.ts';
import { evaluateModel, validateModel } from '../evaluation/evaluateModel.ts';
import { loadEngine, parseEngineChoice, type Engine } from '../engine/loadEngine.ts';
import { slotNamesOf } from '../engine/optimizers.ts';
import type { TrainStep } from '../engine/trainStep.ts';
import { describeModel, verifyGraft } from '../model/graftCheck.ts';
import { freezeProof, hashFrozen, verifyFreezeProof } from '../model/freezeProof.ts';
import { weightsHash } from '../run/weightsHash.ts';
import type { ModelMetadata } from '../model/serialize.ts';
import type { LoggedEvent, RunEvent, RunEventOf } from '../protocol/events.ts';
import { preprocessingOf } from '../protocol/preprocessing.ts';
import { runManifestSchema, runPaths, type RunManifest } from '../protocol/runFolder.ts';
import { RunStore } from '../protocol/runStore.ts';
import { emptySummary, reduceEvent, type RunSummary } from '../protocol/runSummary.ts';
import { versions } from '../protocol/versions.ts';
import { CheckpointFolder, checkpointName, type Checkpoint } from '../run/checkpoint.ts';
import { EventWriter } from '../run/eventWriter.ts';
import { StepColumnWriter } from '../run/stepColumnWriter.ts';
import { bestStepOf } from '../training/callbacks/bestWeights.ts';
import { fitStage, type FitCheckpoint, type FitStart } from '../training/fitStage.ts';
import { createStep } from './createStep.ts';
import { describeFailure } from './describeFailure.ts';
import { saveEvaluation, saveModel } from './saveResults.ts';
import type { StageWorkerMessage } from './runChild.ts';
import { scoredBatches, trainingBatches, type StageImages } from './stageData.ts';
import { makeStageModel, reopenStageModel, type StageModel } from './stageModel.ts';
import { StopFlag } from './stopFlag.ts';

const workerDataSchema = z.object({
  job: z.literal('stage'),
  folder: z.string(),
  stop: z.instanceof(SharedArrayBuffer),
});

/** Entry of the worker thread of a trainer child: trains the run whose folder it is given, and says how it ended. */
export async function runStageWorker(): Promise<void> {
  const { folder, stop } = workerDataSchema.parse(workerData);
  const run = new StageRun(folder, new StopFlag(stop), (doing) =>
    parentPort?.postMessage({ doing } satisfies StageWorkerMessage),
  );
  await run.train();
}

/** Thrown to leave a stage whose stop was asked for, from wherever it is. */
class StopRequested extends Error {}

/**
 * One run of one stage, from its folder alone: prepare the images, make or reopen the model, train, evaluate, save. All that
 * it does is in the event log before it counts; a run begun before goes on from its last checkpoint.
 */
class StageRun {
  readonly #folder: string;
  readonly #workspace: string;
  readonly #stop: StopFlag;
  readonly #say: (doing: string) => void;
  readonly #manifest: RunManifest;
  readonly #writer: EventWriter;
  readonly #columns: StepColumnWriter;
  readonly #checkpoints: CheckpointFolder;
  /** What earlier attempts left in the log. */
  readonly #before: RunSummary = emptySummary();

  constructor(folder: string, stop: StopFlag, say: (doing: string) => void) {
    this.#folder = folder;
    // `<workspace>/.upsize/runs/<id>`
    this.#workspace = path.resolve(folder, '..', '..', '..');
    this.#stop = stop;
    this.#say = say;
    this.#manifest = runManifestSchema.parse(JSON.parse(readFileSync(runPaths(folder).manifest, 'utf8')));
    this.#columns = new StepColumnWriter(folder);
    this.#writer = new EventWriter(folder, { onEvent: (event) => this.#takeEarlierEvent(event) });
    this.#checkpoints = new CheckpointFolder(folder);
  }

  /** Trains to the end, or to the stop, and writes the state that says which. Throws only when that cannot be written. */
  async train(): Promise<void> {
    try {
      const message = await this.#trainStage();
      this.#emit({ type: 'state', state: 'completed', message, signal: null });
    } catch (error) {
      if (error instanceof StopRequested) {
        this.#emit({ type: 'state', state: 'stopped', message: error.message, signal: this.#stop.reason });
      } else {
        if (process.env.UPSIZE_DEBUG) console.error(error);
        this.#emit({ type: 'state', state: 'failed', message: describeFailure(error), signal: null });
      }
    } finally {
      this.#writer.sync();
      this.#writer.close();
      this.#columns.close();
    }
  }

  async #trainStage(): Promise<string> {
    const { config } = this.#manifest;
    this.#state('preparing');
    this.#say('loading the engine');
    const engine = await this.#loadEngine();
    const dataset = await this.#prepare();
    const preprocessing = preprocessingOf(config.stage.size, config.dataset.fit);
    const metadata: ModelMetadata = { version: 1, classNames: dataset.classNames, ...preprocessing };
    const pixels = await openPixels(dataset, config.stage.size);
    const images: StageImages = {
      pixels,
      labels: dataset.labels,
      train: dataset.train,
      trainPerClass: dataset.trainPerClass,
    };
    const checkpoint = this.#lastCheckpoint();
    let stageModel: StageModel | null = null;
    let step: TrainStep | null = null;
    try {
      stageModel = checkpoint && reopenStageModel(this.#folder, this.#manifest, checkpoint.weights);
      stageModel ??= await makeStageModel(this.#folder, this.#workspace, this.#manifest, metadata);
      const { optimizer, labelSmoothing } = config.stage.training;
      const recordedMode = checkpoint ? (this.#before.engine?.mode ?? null) : null;
      const stepOptions = { optimizer, labelSmoothing, seed: config.seed };
      const created = createStep(engine.name, stageModel.model, stepOptions, recordedMode);
      step = created.step;
      this.#engineEvent(engine, step.mode, created.fallback);
      await this.#checkModel(stageModel, step, images, dataset, checkpoint !== null);
      if (this.#before.attempt > 1) this.#resumed(checkpoint);
      this.#state('running');
      const message = await this.#fit(step, images, dataset, checkpoint);
      await this.#finish(stageModel, step, images, dataset, metadata);
      return message;
    } finally {
      step?.dispose();
      stageModel?.model.dispose();
      await pixels.close();
      await releaseDataset(dataset);
    }
  }

  /** A resume goes on with the engine that it began on: another one would not give the same weights. */
  async #loadEngine(): Promise<Engine> {
    const recorded = this.#before.resumable ? this.#before.engine?.name : undefined;
    const asked = parseEngineChoice(process.env.UPSIZE_ENGINE);
    const choice = recorded ?? (asked === 'auto' ? this.#manifest.config.engine : asked);
    try {
      return await loadEngine(choice);
    } catch (error) {
      if (recorded === undefined) throw error;
      throw new Error(
        `This run was trained on the ${recorded} engine, and a resume must go on with it: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }

  async #prepare(): Promise<PreparedDataset> {
    const { config, baseDirectory } = this.#manifest;
    const started = performance.now();
    let reported = started;
    this.#say('reading images');
    const abort = new AbortController();
    const watch = setInterval(() => this.#stop.reason !== null && abort.abort(), 100);
    try {
      const dataset = await prepareDataset({
        options: config.dataset,
        baseDirectory,
        workspace: this.#workspace,
        sizes: [config.stage.size, ...config.laterSizes],
        seed: config.seed,
        cacheBytes: config.cacheBytes,
        signal: abort.signal,
        onAnnounce: ({ message, uncached }) =>
          this.#emit({ type: 'log', level: uncached > 0 ? 'warning' : 'information', message }),
        onProgress: (done, total, phase) => {
          if (performance.now() - reported < 300) return;
          reported = performance.now();
          this.#emit({ type: 'progress', phase, done, total });
        },
      });
      const recorded = this.#before.resumable ? this.#before.prepared : null;
      if (recorded && (recorded.fingerprint !== dataset.fingerprint || recorded.splitHash !== dataset.splitHash)) {
        throw new Error(
          'The images or their labels have changed since this run began, so it cannot be resumed exactly. Put them back, or train the stage again.',
        );
      }
      const { batchSize } = config.stage.training;
      this.#emit({
        type: 'prepared',
        classNames: dataset.classNames,
        fingerprint: dataset.fingerprint,
        splitHash: dataset.splitHash,
        labelsHash: dataset.labelsHash,
        train: dataset.train.length,
        validation: dataset.validation.length,
        test: dataset.testCount,
        leftOut: dataset.leftOut,
        trainPerClass: dataset.trainPerClass,
        stepsPerEpoch: Math.ceil(dataset.train.length / batchSize),
        batchSize,
        smallerThanStage: countSmaller(dataset.images, config.stage.size),
        seconds: (performance.now() - started) / 1000,
      });
      for (const problem of dataset.problems.filter(({ severity }) => severity !== 'information').slice(0, 20)) {
        this.#emit({ type: 'log', level: 'warning', message: problem.message });
      }
      return dataset;
    } catch (error) {
      if (abort.signal.aborted) throw new StopRequested('Stopped while reading images.', { cause: error });
      throw error;
    } finally {
      clearInterval(watch);
    }
  }

  #lastCheckpoint(): Checkpoint | null {
    return this.#checkpoints.readNewest('last', (name, why) => {
      this.#emit({
        type: 'log',
        level: 'warning',
        message: `Checkpoint ${name} is damaged (${why}); using an older one.`,
      });
    });
  }

  /** The graft check, on the whole validation set: what the new model says before it has learned anything new. */
  async #checkModel(
    { model, trunkLayers, preservesParent }: StageModel,
    step: TrainStep,
    images: StageImages,
    dataset: PreparedDataset,
    resumed: boolean,
  ): Promise<void> {
    const { stage } = this.#manifest.config;
    const { batchSize } = stage.training;
    let initialValAccuracy: number | null = null;
    const parent = this.#parentSummary();
    const parentValAccuracy = parent?.evaluated.validation?.accuracy ?? null;
    if (this.#manifest.parentId !== null && !resumed && dataset.validation.length > 0) {
      this.#say('checking the new model');
      const sameImages = parent?.prepared?.splitHash === dataset.splitHash;
      const found = await this.#score(step, images, dataset);
      if (found === null) throw new StopRequested('Stopped while checking the new model.');
      if (!Number.isFinite(found.loss)) {
        throw new Error(
          'The new model gives answers that are no numbers (NaN): the weights of its parent are damaged.',
        );
      }
      initialValAccuracy = found.accuracy;
      verifyGraft({
        accuracy: initialValAccuracy,
        images: dataset.validation.length,
        parentAccuracy: preservesParent && sameImages ? parentValAccuracy : null,
      });
    } else {
      initialValAccuracy = this.#before.model?.initialValAccuracy ?? null;
    }
    const slotsPerWeight = slotNamesOf(stage.training.optimizer).length;
    this.#emit({
      type: 'model',
      ...describeModel(model, { batchSize, trunkLayers, slotsPerWeight }),
      initialValAccuracy,
      parentValAccuracy,
    });
  }

  #parentSummary(): RunSummary | null {
    if (this.#manifest.parentId === null) return null;
    const parent = new RunStore(this.#workspace).get(this.#manifest.parentId);
    return parent !== null && 'summary' in parent ? parent.summary : null;
  }

  /** From the beginning where no checkpoint was written: then nothing that was trained before counts. */
  #resumed(checkpoint: Checkpoint | null): void {
    const { step, epoch, seq } = checkpoint?.state ?? { step: 0, epoch: 0, seq: 0 };
    this.#columns.truncate(step);
    this.#emit({
      type: 'resumed',
      fromStep: step,
      fromEpoch: epoch,
      afterSeq: seq,
      checkpoint: checkpoint && checkpointName('last', step),
    });
  }

  async #fit(
    step: TrainStep,
    images: StageImages,
    dataset: PreparedDataset,
    checkpoint: Checkpoint | null,
  ): Promise<string> {
    const { config } = this.#manifest;
    this.#say('training a batch');
    const result = await fitStage({
      step,
      options: config.stage.training,
      batches: (epoch, fromStep) => trainingBatches(images, config, epoch, fromStep),
      validate: async () => {
        this.#say('scoring the validation images');
        const found = await this.#score(step, images, dataset);
        this.#say('training a batch');
        return found;
      },
      emit: (event) => this.#emit(event),
      checkpoint: (made) => this.#checkpoint(made),
      shouldStop: () => this.#stop.reason !== null,
      memory: () => ({ rssBytes: process.memoryUsage.rss(), tensors: tf.memory().numTensors }),
      ...(checkpoint ? { start: this.#startFrom(checkpoint) } : {}),
    });
    if (result.reason === 'stopped') throw new StopRequested(result.message);
    return result.message;
  }

  #startFrom({ state, weights, slots }: Checkpoint): FitStart {
    const bestStep = bestStepOf(state.callbacks);
    const best = bestStep === null ? null : this.#checkpoints.readAt('best', bestStep);
    return {
      state,
      weights,
      slots,
      best: best && bestStep !== null ? { step: bestStep, weights: best.weights } : null,
    };
  }

  #checkpoint({ kind, state, weights, slots }: FitCheckpoint): void {
    this.#say('writing a checkpoint');
    const started = performance.now();
    const weightsSha256 = weightsHash(weights);
    // What the checkpoint stands on must not be lost where the checkpoint is kept.
    this.#writer.sync();
    const file = this.#checkpoints.write({
      state: { ...state, version: versions.checkpoint, kind, seq: this.#writer.seq, weightsSha256 },
      weights,
      slots,
    });
    const seconds = (performance.now() - started) / 1000;
    this.#emit({ type: 'checkpoint', kind, file, epoch: state.epoch, step: state.step, weightsSha256, seconds });
    this.#say('training a batch');
  }

  async #finish(
    { model, frozenLayers, frozenBefore }: StageModel,
    step: TrainStep,
    images: StageImages,
    dataset: PreparedDataset,
    metadata: ModelMetadata,
  ): Promise<void> {
    this.#state('evaluating');
    const weights = step.getWeights();
    const proof = freezeProof(frozenBefore, hashFrozen(weights, frozenLayers));
    this.#emit({ type: 'frozen', ...proof });
    verifyFreezeProof(proof);
    const weightsSha256 = weightsHash(weights);
    for (const split of ['validation', 'train'] as const) {
      await this.#evaluate(split, step, images, dataset, weightsSha256);
    }
    this.#say('saving the model');
    const bytes = saveModel(this.#folder, model, metadata, weights);
    this.#emit({ type: 'modelSaved', weightsSha256, bytes });
  }

  /** Scores the whole validation set; null when a stop was asked for meanwhile. */
  #score(step: TrainStep, images: StageImages, dataset: PreparedDataset): ReturnType<typeof validateModel> {
    return validateModel(step, scoredBatches(images, dataset.validation), {
      classes: dataset.classNames.length,
      shouldStop: () => this.#stop.reason !== null,
    });
  }

  async #evaluate(
    split: 'train' | 'validation',
    step: TrainStep,
    images: StageImages,
    dataset: PreparedDataset,
    weightsSha256: string,
  ): Promise<void> {
    const phase = `evaluating the ${split} images`;
    this.#say(phase);
    const indices = dataset[split];
    const shown = [...indices].flatMap((index) => dataset.images[index] ?? []);
    let reported = performance.now();
    const result = await evaluateModel({
      predictor: step,
      batches: scoredBatches(images, indices),
      classNames: dataset.classNames,
      files: shown.map(({ file }) => file),
      contentHashes: shown.map(({ contentHash }) => contentHash),
      split,
      weightsSha256,
      shouldStop: () => this.#stop.reason !== null,
      onProgress: (done, total) => {
        if (performance.now() - reported < 500) return;
        reported = performance.now();
        this.#emit({ type: 'progress', phase, done, total });
      },
    });
    if (result === null) throw new StopRequested(`Stopped while ${phase}.`);
    this.#emit(saveEvaluation(this.#folder, result));
  }

  #engineEvent(engine: Engine, mode: TrainStep['mode'], fallback: string | null): void {
    this.#emit({
      type: 'engine',
      engine: {
        name: engine.name,
        mode,
        tfjs: engine.tfjs,
        tensorflow: engine.tensorflow,
        threads: engine.threads,
        gpu: engine.gpu.seen[0] ?? null,
        gpuUsed: engine.gpu.used,
        fallback: engine.whyNotNative ?? fallback,
      },
    });
  }

  #state(state: RunEventOf<'state'>['state']): void {
    if (this.#stop.reason !== null) {
      const before = state === 'evaluating' ? 'the trained network was scored' : 'training went on';
      throw new StopRequested(`Stopped before ${before}.`);
    }
    this.#emit({ type: 'state', state, message: null, signal: null });
  }

  #emit(event: RunEvent): void {
    this.#writer.write(event);
    if (event.type === 'steps') this.#columns.add(event);
  }

  #takeEarlierEvent(event: LoggedEvent): void {
    reduceEvent(this.#before, event);
    if (event.type === 'steps') this.#columns.add(event);
    if (event.type === 'resumed') this.#columns.truncate(event.fromStep);
  }
}
