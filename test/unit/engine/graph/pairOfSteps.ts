import type * as tfl from '@tensorflow/tfjs-layers';
import { createEagerStep } from '../../../../trainer/engine/eagerStep.ts';
import { createGraphStep, type GraphStep } from '../../../../trainer/engine/graph/graphStep.ts';
import type { Batch, NamedArray, TrainStep, TrainStepOptions } from '../../../../trainer/engine/trainStep.ts';
import { pattern } from '../pattern.ts';

/** How batches are made: which images, of what size, and what comes with them. */
export interface BatchKind {
  size: number;
  classes: number;
  augment?: boolean;
  classWeights?: boolean;
}

/** Batch `index` of `count` images; its labels can be guessed from its colours. */
export function makeBatch({ size, classes, augment, classWeights }: BatchKind, index: number, count: number): Batch {
  const labels = Int32Array.from(pattern(count, 100 + index), (value) => Math.floor(value * classes));
  const pixels = Uint8Array.from(pattern(count * size * size * 3, 200 + index), (value, i) => {
    const label = labels[Math.floor(i / (size * size * 3))] ?? 0;
    return Math.floor(value * 120) + ((label * 37 + (i % 3) * 61) % 130);
  });
  const scale = [0.4, 0.4, 6, 0.4, 0.4, 6, 0, 0];
  const still = [1, 0, 0, 0, 1, 0, 0, 0];
  return {
    count,
    pixels,
    labels,
    ...(augment && {
      transforms: Float32Array.from(
        pattern(count * 8, 300 + index),
        (value, i) => (value - 0.5) * (scale[i % 8] ?? 0) + (still[i % 8] ?? 0),
      ),
    }),
    ...(classWeights && { sampleWeights: Float32Array.from(labels, (label) => 0.5 + label) }),
  };
}

/** The same model trained eagerly and as a graph. */
export interface PairOfSteps {
  eager: TrainStep;
  graph: GraphStep;
  dispose(): void;
}

/** Both steps, from the weights that the model has. Disposes the model in the end. */
export function pairOfSteps(model: tfl.LayersModel, options: TrainStepOptions): PairOfSteps {
  const graph = createGraphStep(model, options);
  const eager = createEagerStep(model, options);
  return {
    eager,
    graph,
    dispose() {
      graph.dispose();
      eager.dispose();
      model.dispose();
    },
  };
}

/** Largest difference of any value, by name; throws where names or shapes are not the same. */
export function largestDifference(a: readonly NamedArray[], b: readonly NamedArray[]): number {
  const shapes = (arrays: readonly NamedArray[]) => arrays.map(({ name, shape }) => `${name} [${shape.join()}]`).join();
  if (shapes(a) !== shapes(b)) throw new Error(`${shapes(a)}\nis not\n${shapes(b)}`);
  let largest = 0;
  a.forEach(({ data }, index) => {
    data.forEach((value, i) => {
      const difference = Math.abs(value - (b[index]?.data[i] ?? NaN));
      if (!(difference <= largest)) largest = difference;
    });
  });
  return largest;
}
