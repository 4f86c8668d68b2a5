import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js';
import { smoothedTargets } from '../crossEntropy.ts';
import { batchBytes, readSignature, variableOf } from '../modelSignature.ts';
import { copyOut, pairByName } from '../namedWeights.ts';
import { nativeBackendName } from '../native/nativeBackend.ts';
import { prepareForTraining } from '../trainingForward.ts';
import type {
  Batch,
  NamedArray,
  Precision,
  StepClock,
  StepMetrics,
  TrainStep,
  TrainStepOptions,
} from '../trainStep.ts';
import { GraphRefusedError } from './graphRefused.ts';
import { type Feed, type GraphSession, loadGraph } from './graphSession.ts';
import { alignRecordings } from './program.ts';
import type { ProgramSource } from './programOperation.ts';
import {
  type ProvenSample,
  recordPrediction,
  recordStatistics,
  recordTrainingStep,
  sampleLabels,
  samplePixels,
  type StepSubject,
} from './recordStep.ts';
import { buildStepGraph, type GraphVariable, type StepGraph } from './stepGraph.ts';

/** Name of Adam's step count among the slots. */
const iterationsName = 'iterations';

/** Batch sizes at which a step is recorded: three tell how a constant depends on the batch. */
const recordedBatches = [2, 3, 5] as const;

/** A training step as a graph, with how often each TensorFlow operation stands in it. Its calls return when done. */
export interface GraphStep extends TrainStep {
  readonly mode: 'graph';
  run(batch: Batch, clock: StepClock): StepMetrics;
  predict(pixels: Uint8Array, count: number): Float32Array;
  batchStatistics(pixels: Uint8Array, count: number): NamedArray[];
  readonly operations: ReadonlyMap<string, number>;
}

/**
 * A training step executed as one TensorFlow graph on the native engine: recorded from tfjs once, for any batch size,
 * about twice as fast as the eager step and equal to it. Weights and slots begin as those of a new eager step: the model's
 * weights, slots of zero. From then on the step has its own copy of the weights: the model's keep the values that they
 * had, and `getWeights` gives the trained ones. Which layers are frozen is read now.
 *
 * @throws GraphRefusedError, with the reason, when the model cannot be recorded or the graph does not compute what the
 * eager operations did; `createEagerStep` then serves.
 */
export function createGraphStep(model: tfl.LayersModel, options: TrainStepOptions): GraphStep {
  if (tf.getBackend() !== nativeBackendName) {
    throw new GraphRefusedError('Graphs run on the native engine, and another one is loaded.');
  }
  try {
    return makeGraphStep(model, options);
  } catch (error) {
    if (error instanceof GraphRefusedError) throw error;
    // Where the model itself is at fault, the eager step says so.
    const words = error instanceof Error ? error.message : String(error);
    throw new GraphRefusedError(`The step cannot be made a graph: ${words}`, { cause: error });
  }
}

function makeGraphStep(model: tfl.LayersModel, options: TrainStepOptions): GraphStep {
  prepareForTraining(model);
  const { size, classes } = readSignature(model);
  const trainable = new Set(model.trainableWeights.map(({ originalName }) => originalName));
  const subject: StepSubject = {
    ...{ model, size, classes, seed: options.seed, labelSmoothing: options.labelSmoothing },
    weights: model.weights.map((weight) => ({
      name: weight.originalName,
      variable: variableOf(weight),
      trained: trainable.has(weight.originalName),
    })),
  };
  const training = recordProgram((batch) => recordTrainingStep(subject, batch));
  const prediction = recordProgram((batch) => recordPrediction(subject, batch));
  const statistics = recordProgram((batch) => recordStatistics(subject, batch));
  const { optimizer, precision = 'float32', device } = options;
  const graph = buildStepGraph(
    { ...subject, optimizer, precision, device },
    { training: training.program, prediction: prediction.program, statistics: statistics.program },
  );
  const session = loadGraph(graph.savedModel);
  try {
    const first = copyOut(subject.weights.map(({ name, variable }) => [name, variable]));
    const begun = () => {
      const step = stepOf(graph, session, options, { size, classes });
      step.setWeights(first);
      session.run([], [graph.fetches.slotsZeroed]);
      return step;
    };
    proveGraph(begun(), {
      ...{ subject, precision },
      ...{ training: training.sample, prediction: prediction.sample, statistics: statistics.sample },
    });
    return begun();
  } catch (error) {
    session.dispose();
    throw error;
  }
}

function recordProgram(record: (batch: number) => ProvenSample): {
  program: Map<string, ProgramSource>;
  sample: ProvenSample;
} {
  const sample = record(recordedBatches[0]);
  return { program: alignRecordings([sample, ...recordedBatches.slice(1).map(record)]), sample };
}

/** Runs the graph on what was recorded, changing nothing but batch norm's statistics and slots, and compares. */
function proveGraph(
  step: GraphStep,
  given: { subject: StepSubject; precision: Precision } & Record<
    'training' | 'prediction' | 'statistics',
    ProvenSample
  >,
): void {
  const { subject, training, prediction, statistics, precision } = given;
  const found = step.batchStatistics(samplePixels(subject, statistics.batch), statistics.batch);
  const probabilities = step.predict(samplePixels(subject, prediction.batch), prediction.batch);
  const { loss } = step.run(
    {
      count: training.batch,
      pixels: samplePixels(subject, training.batch),
      labels: sampleLabels(subject, training.batch),
    },
    { learningRate: 0, step: 0 },
  );
  // A GPU multiplies float32 numbers of which it keeps 11 bits (TensorFloat-32), each algorithm in its own way.
  const float32 = (tf.backend() as NodeJSKernelBackend).isUsingGpuDevice ? 1e-2 : 1e-4;
  for (const [what, values, proof, tolerance] of [
    ['probability', probabilities, prediction.proof, float32],
    ['statistic', found.flatMap(({ data }) => [...data]), statistics.proof, float32],
    // bfloat16 has 8 significant bits.
    ['loss', [loss], training.proof, precision === 'bfloat16' ? 5e-2 : float32],
  ] as const) {
    proof.forEach((expected, index) => {
      const value = values[index] ?? NaN;
      const isSame =
        Object.is(value, expected) || Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected));
      if (!isSame)
        throw new GraphRefusedError(`The graph computes a ${what} of ${value} where tfjs computes ${expected}.`);
    });
  }
}

function stepOf(
  graph: StepGraph,
  session: GraphSession,
  { optimizer, labelSmoothing }: TrainStepOptions,
  { size, classes }: { size: number; classes: number },
): GraphStep {
  const { feeds, fetches } = graph;
  let iterations = 0;

  const imagesOf = (pixels: Uint8Array, count: number): Feed => {
    return { output: feeds.pixels, shape: [count, size, size, 3], data: batchBytes(pixels, count, size) };
  };

  function read(variables: ReadonlyMap<string, GraphVariable>): NamedArray[] {
    const list = [...variables.values()];
    if (list.length === 0) return [];
    const values = session.run(
      [],
      list.map((variable) => variable.read),
    );
    return list.map(({ name, shape }, index) => ({
      name,
      shape: [...shape],
      data: values[index] ?? new Float32Array(),
    }));
  }

  function write(
    variables: ReadonlyMap<string, GraphVariable>,
    arrays: readonly NamedArray[],
    what: 'weight' | 'optimizer slot',
  ): void {
    const pairs = pairByName(variables, arrays, what);
    if (pairs.length === 0) return;
    session.run(
      pairs.map(({ variable, array }) => ({ output: variable.value, shape: array.shape, data: array.data })),
      pairs.map(({ variable }) => variable.assigned),
    );
  }

  return {
    mode: 'graph',
    operations: graph.operations,
    run({ count, pixels, labels, sampleWeights, transforms }, clock) {
      iterations++;
      const learningRate = clock.learningRate * (optimizer.name === 'adam' ? adamCorrection(optimizer, iterations) : 1);
      const inputs: Feed[] = [
        imagesOf(pixels, count),
        { output: feeds.labels, shape: [count], data: labels.subarray(0, count) },
        {
          output: feeds.targets,
          shape: [count, classes],
          data: smoothedTargets(labels, count, classes, labelSmoothing),
        },
        {
          output: feeds.imageWeights,
          shape: [count],
          data: sampleWeights ? sampleWeights.subarray(0, count) : new Float32Array(count).fill(1),
        },
        { output: feeds.step, shape: [], data: Int32Array.of(clock.step) },
        { output: feeds.learningRate, shape: [], data: Float32Array.of(learningRate) },
      ];
      if (transforms) {
        inputs.push({ output: feeds.transforms, shape: [count, 8], data: transforms.subarray(0, count * 8) });
      }
      const [metrics] = session.run(inputs, [transforms ? fetches.trainAugmented : fetches.train]);
      return { loss: metrics?.[0] ?? NaN, correct: metrics?.[1] ?? 0 };
    },
    predict: (pixels, count) =>
      session.run([imagesOf(pixels, count)], [fetches.probabilities])[0] ?? new Float32Array(),
    batchStatistics(pixels, count) {
      const names = [...fetches.statistics.keys()];
      if (names.length === 0) return [];
      const values = session.run([imagesOf(pixels, count)], [...fetches.statistics.values()]);
      return names.map((name, index) => {
        const data = values[index] ?? new Float32Array();
        return { name, shape: [data.length], data };
      });
    },
    getWeights: () => read(graph.weights),
    setWeights: (arrays) => write(graph.weights, arrays, 'weight'),
    getSlots() {
      const slots = read(graph.slots);
      if (optimizer.name === 'adam') {
        slots.push({ name: iterationsName, shape: [], data: Float32Array.of(iterations) });
      }
      return slots;
    },
    setSlots(arrays) {
      const counted = arrays.find(({ name }) => name === iterationsName);
      write(
        graph.slots,
        arrays.filter((array) => array !== counted),
        'optimizer slot',
      );
      if (counted) iterations = counted.data[0] ?? 0;
    },
    dispose: () => session.dispose(),
  };
}

/**
 * Corrects both moments' bias towards zero (Kingma and Ba 2015, section 2), in double precision. The betas are rounded as
 * TensorFlow rounds them, since its operation takes 1 − β in float32: 0.00099998713 for a β₂ of 0.999. What the second
 * moment lacks, its correction then gives back.
 */
function adamCorrection({ beta1, beta2 }: { beta1: number; beta2: number }, iterations: number): number {
  return Math.sqrt(1 - Math.fround(beta2) ** iterations) / (1 - Math.fround(beta1) ** iterations);
}
