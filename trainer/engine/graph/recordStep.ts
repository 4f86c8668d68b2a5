import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { smoothedTargets, softmaxCrossEntropy } from '../crossEntropy.ts';
import { withDrawClock } from '../drawClock.ts';
import { lossAndGradients } from '../lossAndGradients.ts';
import { observeBatchStatistics, trainingLogits } from '../trainingForward.ts';
import { GraphRefusedError } from './graphRefused.ts';
import type { Sample } from './program.ts';
import { recordOperations, type Recorder, type Source } from './recordOperations.ts';

/** A weight of a model by its name, with whether it is trained. */
export interface ModelWeight {
  name: string;
  variable: tf.Variable;
  trained: boolean;
}

/** What a step is recorded for. */
export interface StepSubject {
  model: tfl.LayersModel;
  weights: readonly ModelWeight[];
  size: number;
  classes: number;
  seed: number;
  labelSmoothing: number;
}

/** Names of the inputs of recorded steps; weights are `weight/<name>`. */
export const stepInputs = { images: 'images', targets: 'targets', imageWeights: 'imageWeights', step: 'step' } as const;

/** Name of a weight among a recording's inputs. */
export function weightInput(name: string): string {
  return `weight/${name}`;
}

/** Results of a recorded training step; gradients and new values of weights are `gradient/<name>` and `assigned/<name>`. */
export const stepResults = { loss: 'loss', logits: 'logits', probabilities: 'probabilities' } as const;

/** A recording, and what it computed of the sample images: the loss, or the probabilities. */
export interface ProvenSample extends Sample {
  proof: Float32Array;
}

/** The images that steps are recorded with, RGB bytes. No two are alike, so what depends on pixels is no constant. */
export function samplePixels({ size }: StepSubject, batch: number): Uint8Array {
  return Uint8Array.from({ length: batch * size * size * 3 }, (_, i) => (i * 7919) % 251);
}

/** The labels that steps are recorded with. */
export function sampleLabels({ classes }: StepSubject, batch: number): Int32Array {
  return Int32Array.from({ length: batch }, (_, i) => i % classes);
}

/**
 * Records one training step of `batch` images up to its gradients: forward in training mode, loss, backward for the
 * trained weights, and what layers assign to other weights (batch norm's moving statistics). The weights keep their
 * values.
 */
export function recordTrainingStep(subject: StepSubject, batch: number): ProvenSample {
  const { model, weights, classes, seed, labelSmoothing } = subject;
  return recordKeepingWeights(subject, batch, (recorder, images) => {
    const targets = tf.tensor2d(smoothedTargets(sampleLabels(subject, batch), batch, classes, labelSmoothing), [
      batch,
      classes,
    ]);
    const imageWeights = tf.ones([batch]);
    const step = tf.scalar(0, 'int32');
    recorder.input(stepInputs.targets, targets);
    recorder.input(stepInputs.imageWeights, imageWeights);
    recorder.input(stepInputs.step, step);
    let logits: tf.Tensor | undefined;
    const forward = () =>
      withDrawClock({ seed, step }, () => {
        logits = tf.keep(trainingLogits(model, images));
        return model
          .calculateLosses()
          .reduce<tf.Scalar>(
            (sum, penalty) => tf.add(sum, penalty),
            softmaxCrossEntropy(logits, targets, imageWeights),
          );
      });
    const trained = weights.filter((weight) => weight.trained);
    try {
      const { value, grads } = lossAndGradients(forward, trained);
      const results = new Map<string, Source>([[stepResults.loss, recorder.source(value)]]);
      if (logits) results.set(stepResults.logits, recorder.source(logits));
      trained.forEach(({ name }, index) => {
        const gradient = grads[index];
        if (gradient) results.set(`gradient/${name}`, recorder.source(gradient));
      });
      return { results, proof: value };
    } finally {
      logits?.dispose();
    }
  });
}

/** Records a prediction for `batch` images, layers out of training mode. */
export function recordPrediction(subject: StepSubject, batch: number): ProvenSample {
  return recordKeepingWeights(subject, batch, (recorder, images) => {
    const output = subject.model.apply(images, { training: false });
    if (!(output instanceof tf.Tensor)) throw new GraphRefusedError('The model has more than one output.');
    return { results: new Map([[stepResults.probabilities, recorder.source(output)]]), proof: output };
  });
}

/** Records what each batch norm that trains is given for `batch` images (`TrainStep.batchStatistics`), by the names of its moving statistics. */
export function recordStatistics(subject: StepSubject, batch: number): ProvenSample {
  return recordKeepingWeights(subject, batch, (recorder, images) => {
    const results = new Map<string, Source>();
    const values: tf.Tensor[] = [];
    observeBatchStatistics(subject.model, images, (name, statistic) => {
      results.set(name, recorder.source(statistic));
      values.push(tf.keep(statistic));
    });
    const proof = values.length > 0 ? tf.concat(values) : tf.tensor1d([]);
    for (const value of values) value.dispose();
    return { results, proof };
  });
}

function recordKeepingWeights(
  subject: StepSubject,
  batch: number,
  work: (recorder: Recorder, images: tf.Tensor4D) => { results: Map<string, Source>; proof: tf.Tensor },
): ProvenSample {
  const { weights, size } = subject;
  const before = weights.map(({ variable }) => variable.clone());
  let sample: ProvenSample | undefined;
  try {
    tf.tidy(() => {
      const images = tf.tensor4d(new Float32Array(samplePixels(subject, batch)), [batch, size, size, 3]);
      const { recording, result } = recordOperations((recorder) => {
        recorder.input(stepInputs.images, images);
        for (const { name, variable } of weights) recorder.input(weightInput(name), variable);
        const done = work(recorder, images);
        for (const { name, variable } of weights) {
          const source = recorder.source(variable);
          if (source.kind !== 'input') done.results.set(`assigned/${name}`, source);
        }
        return done;
      });
      sample = { batch, recording, results: result.results, proof: Float32Array.from(result.proof.dataSync()) };
    });
  } finally {
    weights.forEach(({ variable }, index) => {
      const old = before[index];
      if (old) variable.assign(old);
      old?.dispose();
    });
  }
  if (!sample) throw new Error('Nothing was recorded.');
  return sample;
}
