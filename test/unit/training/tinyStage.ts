import type * as tfl from '@tensorflow/tfjs-layers';
import { createEagerStep } from '../../../trainer/engine/eagerStep.ts';
import type { Batch, NamedArray, TrainStep } from '../../../trainer/engine/trainStep.ts';
import { validateModel } from '../../../trainer/evaluation/evaluateModel.ts';
import { convNet } from '../../../trainer/model/convNet.ts';
import { configSchema, type TrainingOptions } from '../../../trainer/protocol/config.ts';
import type { RunEvent } from '../../../trainer/protocol/events.ts';
import { randomAt, shuffle } from '../../../trainer/protocol/random.ts';
import {
  fitStage,
  type FitCheckpoint,
  type FitResult,
  type FitStageInput,
} from '../../../trainer/training/fitStage.ts';

const size = 8;
const classes = 3;
const images = 22;
const batchSize = 6;
export const stepsPerEpoch = Math.ceil(images / batchSize);

/** A made-up data set: each class is brighter in one colour, under much noise. */
const labels = Int32Array.from({ length: images }, (_, image) => image % classes);
const pixels = Uint8Array.from({ length: images * size * size * 3 }, (_, at) => {
  const image = Math.floor(at / (size * size * 3));
  return 60 * Number(at % 3 === labels[image]) + 150 * randomAt(1, 'sample', at).next();
});

/** The batches of an epoch, shuffled and shifted about, as functions of the seed, the epoch and the step alone. */
export async function* tinyBatches(seed: number, epoch: number, fromStep: number): AsyncGenerator<Batch> {
  const order = shuffle(Uint32Array.from(labels.keys()), randomAt(seed, 'shuffle', epoch));
  for (let step = fromStep; step < stepsPerEpoch; step++) {
    const chosen = order.subarray(step * batchSize, (step + 1) * batchSize);
    await Promise.resolve();
    yield {
      count: chosen.length,
      pixels: Uint8Array.from([...chosen].flatMap((image) => [...imagePixels(image)])),
      labels: Int32Array.from(chosen, (image) => labels[image] ?? 0),
      transforms: Float32Array.from([...chosen].flatMap((image) => shift(seed, epoch, step, image))),
    };
  }
}

function imagePixels(image: number): Uint8Array {
  return pixels.subarray(image * size * size * 3, (image + 1) * size * size * 3);
}

function shift(seed: number, epoch: number, step: number, image: number): number[] {
  const random = randomAt(seed, 'augmentation', epoch, step, image);
  return [1, 0, 4 * random.next() - 2, 0, 1, 4 * random.next() - 2, 0, 0];
}

async function* validationBatch() {
  await Promise.resolve();
  yield { count: images, pixels, labels };
}

export const training: TrainingOptions = {
  ...configSchema.parse({ dataset: 'unused' }).training,
  epochs: 3,
  learningRate: 0.01,
};

/** A small net with dropout and (unless told otherwise) batch norm: everything that a resume could get wrong. */
export function tinyStageModel(seed = 1, batchNormalization = true): tfl.LayersModel {
  const options = { filters: [4, 4], head: 'globalAverage' as const, denseUnits: 6, dropout: 0.3, batchNormalization };
  return convNet(options, { size, classes, stagePrefix: 's8', seed });
}

/** What a test of the loop looks at. */
export interface Fitted {
  result: FitResult;
  weights: NamedArray[];
  events: RunEvent[];
  checkpoints: FitCheckpoint[];
}

/** Trains the tiny stage with real steps; `changes` are what the test is about. */
export async function fitTiny(
  changes: Partial<Omit<FitStageInput, 'step'>> & {
    seed?: number;
    model?: tfl.LayersModel;
    wrapStep?: (step: TrainStep) => TrainStep;
  } = {},
): Promise<Fitted> {
  const { seed = 1, model = tinyStageModel(seed), wrapStep = (same: TrainStep) => same, ...input } = changes;
  const options = input.options ?? training;
  const { optimizer, labelSmoothing } = options;
  const step = wrapStep(createEagerStep(model, { optimizer, labelSmoothing, seed }));
  const events: RunEvent[] = [];
  const checkpoints: FitCheckpoint[] = [];
  try {
    const result = await fitStage({
      options,
      step,
      batches: (epoch, fromStep) => tinyBatches(seed, epoch, fromStep),
      validate: () => validateModel(step, validationBatch(), { classes }),
      emit: (event) => events.push(event),
      // Through JSON, as on disk: nothing may hang on the object itself.
      checkpoint: (checkpoint) =>
        void checkpoints.push({
          ...checkpoint,
          state: JSON.parse(JSON.stringify(checkpoint.state)) as FitCheckpoint['state'],
        }),
      shouldStop: () => false,
      memory: () => ({ rssBytes: 1, tensors: 1 }),
      ...input,
    });
    return { result, weights: step.getWeights(), events, checkpoints };
  } finally {
    step.dispose();
    model.dispose();
  }
}

/** What an attempt that starts from the newest of these checkpoints is given. */
export function startFrom(checkpoints: readonly FitCheckpoint[]): NonNullable<FitStageInput['start']> {
  const last = checkpoints.at(-1);
  if (!last) throw new Error('There is no checkpoint to start from.');
  const best = checkpoints.findLast((checkpoint) => checkpoint.isBest);
  return { ...last, best: best ? { step: best.state.step, weights: best.weights } : null };
}
