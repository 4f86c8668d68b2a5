import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { smoothedTargets, softmaxCrossEntropy } from './crossEntropy.ts';
import { withDrawClock } from './drawClock.ts';
import { lossAndGradients } from './lossAndGradients.ts';
import { batchBytes, readSignature, variableOf } from './modelSignature.ts';
import { copyIn, copyOut } from './namedWeights.ts';
import { makeOptimizer, type TrainedWeight } from './optimizers.ts';
import { observeBatchStatistics, prepareForTraining, trainingLogits } from './trainingForward.ts';
import type { Batch, NamedArray, StepClock, StepMetrics, TrainStep, TrainStepOptions } from './trainStep.ts';

/** Name of Adam's step count among the slots. */
const iterationsName = 'iterations';

/**
 * A training step executed operation by operation, on whichever engine is loaded: always right, and what the traced graph
 * is compared with. The model stays the caller's, who disposes it after the step. Which layers are frozen is read now:
 * freezing or unfreezing layers needs a new step.
 */
export function createEagerStep(model: tfl.LayersModel, options: TrainStepOptions): TrainStep {
  prepareForTraining(model);
  const { size, classes } = readSignature(model);
  const weights = new Map(model.weights.map((weight) => [weight.originalName, variableOf(weight)]));
  const trained: TrainedWeight[] = model.trainableWeights.map((weight) => ({
    name: weight.originalName,
    variable: variableOf(weight),
  }));
  const optimizer = makeOptimizer(options.optimizer, trained);
  const countsIterations = options.optimizer.name === 'adam';

  function run(batch: Batch, clock: StepClock): StepMetrics {
    return tf.tidy(() => {
      const pixels = batchPixels(batch, size);
      const targets = tf.tensor2d(smoothedTargets(batch.labels, batch.count, classes, options.labelSmoothing), [
        batch.count,
        classes,
      ]);
      const imageWeights = batch.sampleWeights
        ? tf.tensor1d(batch.sampleWeights.slice(0, batch.count))
        : tf.ones([batch.count]);
      const step = tf.scalar(clock.step, 'int32');
      let logits: tf.Tensor | undefined;
      const forward = () =>
        withDrawClock({ seed: options.seed, step }, () => {
          logits = tf.keep(trainingLogits(model, pixels));
          const penalties = model.calculateLosses();
          return penalties.reduce<tf.Scalar>(
            (sum, penalty) => tf.add(sum, penalty),
            softmaxCrossEntropy(logits, targets, imageWeights),
          );
        });
      try {
        const { value, grads } = lossAndGradients(forward, trained);
        optimizer.apply(grads, clock.learningRate);
        const correct = logits ? countCorrect(logits.dataSync(), batch.labels, batch.count, classes) : 0;
        return { loss: value.dataSync()[0] ?? NaN, correct };
      } finally {
        logits?.dispose();
      }
    });
  }

  return {
    mode: 'eager',
    run,
    predict(pixels, count) {
      return tf.tidy(() => {
        const output = model.apply(batchPixels({ count, pixels, labels: new Int32Array() }, size), { training: false });
        if (!(output instanceof tf.Tensor)) throw new Error('The model must have one output.');
        return Float32Array.from(output.dataSync());
      });
    },
    batchStatistics(pixels, count) {
      const statistics: [string, tf.Tensor][] = [];
      tf.tidy(() => {
        const images = batchPixels({ count, pixels, labels: new Int32Array() }, size);
        observeBatchStatistics(model, images, (name, statistic) => statistics.push([name, tf.keep(statistic)]));
      });
      const arrays = copyOut(statistics);
      for (const [, statistic] of statistics) statistic.dispose();
      return arrays;
    },
    getWeights: () => copyOut(weights),
    setWeights: (arrays) => copyIn(weights, arrays, 'weight'),
    getSlots(): NamedArray[] {
      const slots = copyOut(optimizer.slots);
      if (countsIterations)
        slots.push({ name: iterationsName, shape: [], data: Float32Array.of(optimizer.iterations) });
      return slots;
    },
    setSlots(arrays) {
      const iterations = arrays.find(({ name }) => name === iterationsName);
      copyIn(
        optimizer.slots,
        arrays.filter((array) => array !== iterations),
        'optimizer slot',
      );
      if (iterations) optimizer.iterations = iterations.data[0] ?? 0;
    },
    dispose: () => optimizer.dispose(),
  };
}

/** Bytes to float32 pixels 0 to 255, `[count, size, size, 3]`, moved about as the batch's transforms say. */
function batchPixels(batch: Batch, size: number): tf.Tensor4D {
  const bytes = batchBytes(batch.pixels, batch.count, size);
  const pixels = tf.tensor4d(new Float32Array(bytes), [batch.count, size, size, 3]);
  if (!batch.transforms) return pixels;
  const transforms = tf.tensor2d(batch.transforms.slice(0, batch.count * 8), [batch.count, 8]);
  return tf.image.transform(pixels, transforms, 'bilinear', 'nearest');
}

function countCorrect(logits: ArrayLike<number>, labels: Int32Array, count: number, classes: number): number {
  let correct = 0;
  for (let i = 0; i < count; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((logits[i * classes + k] ?? NaN) > (logits[i * classes + best] ?? NaN)) best = k;
    }
    if (best === labels[i]) correct++;
  }
  return correct;
}
