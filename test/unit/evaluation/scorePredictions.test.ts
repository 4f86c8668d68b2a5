import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { scorePredictions } from '../../../trainer/evaluation/scorePredictions.ts';
import { balancedClassWeights, sampleWeightsOf } from '../../../trainer/training/classWeight.ts';

const numbers = z.array(z.number());
const reference = z
  .object({
    classes: z.number(),
    labels: numbers,
    probabilities: z.array(numbers),
    loss: z.number(),
    logLoss: z.number(),
    accuracy: z.number(),
    top3Accuracy: z.number(),
    macroF1: z.number(),
    precision: numbers,
    recall: numbers,
    f1: numbers,
    support: numbers,
    confusionMatrix: z.array(numbers),
    balancedClassWeights: numbers,
  })
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/sklearn/predictions.json', import.meta.url), 'utf8')));

function near(actual: number, expected: number, tolerance = 1e-9) {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} instead of ${expected}`);
}

describe('scorePredictions', () => {
  const probabilities = Float32Array.from(reference.probabilities.flat());
  const scores = scorePredictions(probabilities, reference.labels, reference.classes);

  it('agrees with scikit-learn: loss, accuracy, top-3, macro F1', () => {
    near(scores.loss, reference.loss);
    near(scores.loss, reference.logLoss, 1e-6);
    near(scores.accuracy, reference.accuracy);
    near(scores.top3Accuracy, reference.top3Accuracy);
    near(scores.macroF1, reference.macroF1);
  });

  it('agrees with scikit-learn for each class, those that never occur or are never predicted too', () => {
    assert.deepEqual(scores.confusionMatrix, reference.confusionMatrix);
    scores.perClass.forEach((scored, label) => {
      near(scored.precision, reference.precision[label] ?? Number.NaN);
      near(scored.recall, reference.recall[label] ?? Number.NaN);
      near(scored.f1, reference.f1[label] ?? Number.NaN);
      assert.equal(scored.support, reference.support[label]);
    });
  });

  it('records each image', () => {
    near(scores.imageLoss.reduce((sum, loss) => sum + loss) / reference.labels.length, scores.loss);
    const hits = scores.predictedClass.filter((predicted, image) => predicted === reference.labels[image]).length;
    near(hits / reference.labels.length, reference.accuracy);
    near(scores.confidence[0] ?? 0, Math.max(...(reference.probabilities[0] ?? [])), 1e-7);
  });

  it('bounds the loss of an image whose class got no probability at all', () => {
    near(scorePredictions(Float32Array.of(1, 0), [1], 2).loss, -Math.log(1e-7), 1e-6);
  });

  it('has all of two classes in the top three', () => {
    assert.equal(scorePredictions(Float32Array.of(1, 0), [1], 2).top3Accuracy, 1);
  });

  it('refuses labels and lengths that do not fit', () => {
    assert.throws(() => scorePredictions(Float32Array.of(1, 0), [2], 2), /label 2, and there are 2 classes/);
    assert.throws(() => scorePredictions(Float32Array.of(1), [0], 2), /need 2 probabilities, not 1/);
    assert.throws(() => scorePredictions(Float32Array.of(), [], 2), /no images/);
  });
});

describe('classWeight', () => {
  it('is scikit-learn’s "balanced", by class index; absent classes have none', () => {
    const counts = Array.from({ length: reference.classes }, (_, k) => reference.labels.filter((l) => l === k).length);
    const weights = balancedClassWeights(counts);
    reference.balancedClassWeights.forEach((expected, label) => near(weights[label] ?? 0, expected, 1e-6));
    assert.deepEqual([...weights.slice(5)], [0, 0]);
    const mean = reference.labels.reduce((sum, label) => sum + (weights[label] ?? 0), 0) / reference.labels.length;
    near(mean, 1, 1e-6);
  });

  it('gives each image the weight of its class', () => {
    const labels = Int32Array.of(1, 0, 1, 9);
    assert.deepEqual([...sampleWeightsOf(labels, 3, Float32Array.of(2, 0.5))], [0.5, 2, 0.5]);
    assert.throws(() => sampleWeightsOf(labels, 4, Float32Array.of(2, 0.5)), /no class 9/);
  });
});
