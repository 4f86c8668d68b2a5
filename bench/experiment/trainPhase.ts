import type * as tfl from '@tensorflow/tfjs-layers';
import { openPixels } from '../../trainer/dataset/openPixels.ts';
import { prepareDataset, type PreparedDataset } from '../../trainer/dataset/prepareDataset.ts';
import { type Engine, loadEngine } from '../../trainer/engine/loadEngine.ts';
import type { NamedArray } from '../../trainer/engine/trainStep.ts';
import { validateModel } from '../../trainer/evaluation/evaluateModel.ts';
import { writeWeights } from '../../trainer/model/modelWeights.ts';
import {
  type Config,
  configSchema,
  effectiveDatasetSchema,
  type TrainingOptions,
} from '../../trainer/protocol/config.ts';
import { createStep } from '../../trainer/stages/createStep.ts';
import { scoredBatches, type StageImages, trainingBatches } from '../../trainer/stages/stageData.ts';
import { fitStage } from '../../trainer/training/fitStage.ts';

/** A data set that is decoded at the sizes of an experiment, and the engine, which computes on one thread. */
export interface Laboratory {
  engine: Engine;
  base: Config;
  dataset: PreparedDataset;
  images: ReadonlyMap<number, StageImages>;
  /** Ends the threads that read images; the program goes on as long as they do. */
  close(): Promise<void>;
}

/**
 * Opens a laboratory. CPU seconds are what is counted in it, and threads that wait for each other spend some: hence one
 * thread. The images are decoded beforehand, for everyone alike.
 */
export async function openLaboratory(given: {
  config: Parameters<typeof configSchema.parse>[0];
  dataset: string;
  workspace: string;
  sizes: readonly number[];
  includeTest?: boolean;
}): Promise<Laboratory> {
  const base = configSchema.parse(given.config);
  const engine = await loadEngine('auto', { threads: 1 });
  const dataset = await prepareDataset({
    options: effectiveDatasetSchema.parse({ path: given.dataset }),
    baseDirectory: given.workspace,
    workspace: given.workspace,
    sizes: given.sizes,
    seed: 1,
    cacheBytes: base.cacheBytes,
    includeTest: given.includeTest ?? false,
  });
  const images = new Map<number, StageImages>();
  for (const size of given.sizes) {
    const { labels, train, trainPerClass } = dataset;
    images.set(size, { pixels: await openPixels(dataset, size), labels, train, trainPerClass });
  }
  const close = async () => void (await Promise.all([...images.values()].map(({ pixels }) => pixels.close())));
  return { engine, base, dataset, images, close };
}

/** What a phase trains, and what ends it. */
export interface PhaseOptions {
  size: number;
  /** CPU seconds, of all threads, validation after each epoch included. */
  cpuSeconds: number;
  seed: number;
  training: TrainingOptions;
}

/** How a phase went. Accuracy and loss are those of the best epoch on the validation images. */
export interface PhaseOutcome {
  accuracy: number;
  loss: number;
  epochs: number;
  images: number;
  cpuSeconds: number;
  wallSeconds: number;
  /** Validation accuracy before training and after each epoch, with the CPU seconds until then. */
  curve: [cpuSeconds: number, accuracy: number][];
}

/** Trains a model for a number of CPU seconds, or until early stopping ends it, and leaves the best epoch's weights in it. */
export async function trainPhase(
  { engine, dataset, images }: Laboratory,
  model: tfl.LayersModel,
  { size, cpuSeconds, seed, training }: PhaseOptions,
): Promise<PhaseOutcome> {
  const stageImages = imagesAt(images, size);
  const stage = { size, extend: null, freeze: 'none', training } as const;
  const { optimizer, labelSmoothing, precision } = training;
  const { step } = createStep(engine.name, model, { optimizer, labelSmoothing, precision, seed });
  try {
    const began = { cpu: cpuNow(), wall: performance.now() };
    const spent = () => cpuNow() - began.cpu;
    const score = () =>
      validateModel(step, scoredBatches(stageImages, dataset.validation), { classes: dataset.classNames.length });
    const before = await score();
    let best = { accuracy: before?.accuracy ?? 0, loss: before?.loss ?? 0 };
    // The loop gives back the best weights only when it ends by itself; here the budget may end it.
    let bestWeights: NamedArray[] = step.getWeights();
    const curve: PhaseOutcome['curve'] = [[spent(), best.accuracy]];
    let trained = 0;
    const result = await fitStage({
      step,
      options: training,
      batches: (epoch, fromStep) => trainingBatches(stageImages, { seed, stage }, epoch, fromStep),
      validate: score,
      emit(event) {
        if (event.type !== 'epoch') return;
        curve.push([spent(), event.valAccuracy]);
        trained += event.images;
        if (event.valAccuracy <= best.accuracy) return;
        best = { accuracy: event.valAccuracy, loss: event.valLoss };
        bestWeights = step.getWeights();
      },
      checkpoint: () => undefined,
      shouldStop: () => spent() >= cpuSeconds,
      memory: () => ({ rssBytes: 0, tensors: 0 }),
      checkpointEverySeconds: 1e9,
    });
    // A traced step trains its own copy; what follows takes the model's.
    writeWeights(model, bestWeights);
    const wallSeconds = (performance.now() - began.wall) / 1000;
    return { ...best, epochs: result.epochs, images: trained, cpuSeconds: spent(), wallSeconds, curve };
  } finally {
    step.dispose();
  }
}

/** Accuracy of a model as it is, on some of the images. */
export async function accuracyOn(
  { engine, dataset, images, base }: Laboratory,
  model: tfl.LayersModel,
  size: number,
  indices: Uint32Array,
): Promise<number> {
  const { optimizer, labelSmoothing } = base.training;
  const { step } = createStep(engine.name, model, { optimizer, labelSmoothing, seed: 1 });
  try {
    const scored = scoredBatches(imagesAt(images, size), indices);
    const result = await validateModel(step, scored, { classes: dataset.classNames.length });
    return result?.accuracy ?? NaN;
  } finally {
    step.dispose();
  }
}

function imagesAt(images: Laboratory['images'], size: number): StageImages {
  const found = images.get(size);
  if (!found) throw new Error(`No images of ${size} pixels were prepared.`);
  return found;
}

/** CPU seconds of this process so far, of all its threads. */
function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
