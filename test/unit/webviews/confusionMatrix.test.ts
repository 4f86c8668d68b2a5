import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import * as z from 'zod';
import { configDifferences, confusionDelta, disagreementOf } from '../../../extension/panels/compareRuns/comparison.ts';
import { stageDelta } from '../../../trainer/evaluation/stageDelta.ts';
import {
  calibrationOf,
  chosenImages,
  confusionMatrixContent,
} from '../../../extension/panels/confusionMatrix/confusionMatrixContent.ts';
import { hardestOf } from '../../../extension/panels/hardestImages/hardestOf.ts';
import { accuracyOf, figuresOf } from '../../../extension/panels/records/sharedImages.ts';
import type { Evaluation } from '../../../trainer/protocol/runFolder.ts';
import {
  calibrationError,
  classOrder,
  normalized,
  rowSums,
  worstPairs,
} from '../../../webviews/confusionMatrix/matrixMaths.ts';

/** What scikit-learn and numpy make of made-up predictions: test/fixtures/sklearn/record.py. */
const recorded = z
  .object({
    ...{ classes: z.number(), accuracy: z.number(), expectedCalibrationError: z.number() },
    ...{ labels: z.array(z.number()), predicted: z.array(z.number()), confidence: z.array(z.number()) },
    ...{ recall: z.array(z.number()), f1: z.array(z.number()) },
    ...{ calibrationConfidence: z.array(z.number()), calibrationAccuracy: z.array(z.number()) },
    confusionMatrix: z.array(z.array(z.number())),
    normalizedTrue: z.array(z.array(z.number())),
    normalizedPred: z.array(z.array(z.number())),
  })
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/sklearn/predictions.json', import.meta.url), 'utf8')));

/** An evaluation of images `[hash, true, predicted, confidence]`. */
function evaluation(classNames: string[], images: [string, number, number, number][]): Evaluation {
  const matrix = classNames.map(() => classNames.map(() => 0));
  for (const [, trueClass, predicted] of images) {
    const row = matrix[trueClass];
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
  }
  return {
    version: 1,
    split: 'validation',
    weightsSha256: '0'.repeat(64),
    classNames,
    loss: 1,
    accuracy: 0.5,
    accuracyInterval: [0.4, 0.6],
    top3Accuracy: 1,
    macroF1: 0.5,
    perClass: classNames.map(() => ({ precision: 0, recall: 0, f1: 0, support: 0 })),
    confusionMatrix: matrix,
    images: {
      file: images.map(([hash]) => `${hash}.jpg`),
      contentHash: images.map(([hash]) => hash),
      trueClass: images.map(([, t]) => t),
      predictedClass: images.map(([, , p]) => p),
      confidence: images.map(([, , , c]) => c),
      loss: images.map(([, , , c]) => 1 - c),
    },
  };
}
const names = ['apple', 'kiwi', 'pear'];
const before = evaluation(names, [
  ['a', 0, 1, 0.9],
  ['b', 0, 0, 0.8],
  ['c', 1, 1, 0.7],
  ['d', 2, 0, 0.6],
  ['gone', 2, 2, 0.5],
]);
const after = evaluation(names, [
  ['a', 0, 0, 0.9],
  ['b', 0, 2, 0.8],
  ['c', 1, 1, 0.7],
  ['d', 2, 1, 0.6],
  ['new', 2, 2, 0.5],
]);
const evaluated = (one: Evaluation, size: number) => ({ runId: `r${size}`, name: null, size, evaluation: one });

describe('confusion matrix', () => {
  // By the definition of scikit-learn's confusion_matrix with normalize None, 'true' and 'pred'.
  const matrix = [
    [2, 1, 0],
    [0, 1, 1],
    [0, 0, 1],
  ];
  it('is normalised as scikit-learn normalises', () => {
    const close = (a: number[][], b: number[][]) =>
      a.forEach((row, r) => row.forEach((value, c) => assert.ok(Math.abs(value - (b[r]?.[c] ?? 9)) < 1e-12)));
    close(normalized(matrix, 'counts'), matrix);
    close(normalized(matrix, 'rows'), [
      [2 / 3, 1 / 3, 0],
      [0, 0.5, 0.5],
      [0, 0, 1],
    ]);
    close(normalized(matrix, 'columns'), [
      [1, 0.5, 0],
      [0, 0.5, 0.5],
      [0, 0, 0.5],
    ]);
    close(
      normalized(
        [
          [0, 0],
          [1, 0],
        ],
        'rows',
      ),
      [
        [0, 0],
        [1, 0],
      ],
    );
  });

  it('keeps every image whatever the order of its classes', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 20 })
          .chain((size) =>
            fc.array(fc.array(fc.nat(50), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
          ),
        (any) => {
          for (const order of ['name', 'size', 'confusion'] as const) {
            const indexes = classOrder(
              any.map((_, at) => `c${at}`),
              any,
              order,
            );
            assert.deepEqual(
              [...indexes].sort((a, b) => a - b),
              any.map((_, at) => at),
            );
          }
          const wrong = worstPairs(any, 1000).reduce((sum, pair) => sum + pair.count, 0);
          const right = any.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
          assert.equal(
            wrong + right,
            rowSums(any).reduce((sum, value) => sum + value, 0),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('orders by name, by images, by mistakes, and lists the worst pairs', () => {
    assert.deepEqual(classOrder(['b', 'a', 'c'], matrix, 'name'), [1, 0, 2]);
    assert.deepEqual(classOrder(['b', 'a', 'c'], matrix, 'size'), [0, 1, 2]);
    assert.deepEqual(classOrder(['b', 'a', 'c'], matrix, 'confusion'), [1, 0, 2]);
    assert.deepEqual(worstPairs(matrix, 1), [{ trueClass: 1, predictedClass: 2, count: 1, share: 0.5 }]);
  });

  it('says what a stage fixed and broke on the images that both saw', () => {
    const { delta } = confusionMatrixContent(evaluated(after, 96), evaluated(before, 48), null);
    assert.deepEqual([delta?.shared, delta?.fixed, delta?.broken], [4, 1, 1]);
    assert.deepEqual(delta?.matrix, [
      [0, -1, 1],
      [0, 0, 0],
      [-1, 1, 0],
    ]);
    // The image that is gone and the one that is new say nothing of the change.
    assert.deepEqual([delta?.accuracyBefore, delta?.accuracyAfter], [0.5, 0.5]);
    const close = (value: number | null | undefined, expected: number) =>
      assert.ok(Math.abs((value ?? 9) - expected) < 1e-12, `${value} is not ${expected}`);
    // apple: 2 of its own, 2 predicted, 1 right before; now 1 predicted.
    close(delta?.f1Gain[0], 2 / 3 - 2 / 4);
    close(delta?.f1Gain[1], 2 / 3 - 2 / 3);
    close(delta?.f1Gain[2], 0);
    const fewer = evaluation(names, [['a', 0, 1, 0.9]]);
    assert.deepEqual(confusionMatrixContent(evaluated(after, 96), evaluated(fewer, 48), null).delta?.f1Gain, [
      1,
      null,
      null,
    ]);
    const others = confusionMatrixContent(evaluated(evaluation(['x', 'y', 'z'], []), 96), evaluated(before, 48), null);
    assert.equal(others.delta, null);
    assert.match(others.withoutDelta ?? '', /other classes/);
  });

  it('counts, normalises, calibrates and scores as scikit-learn and numpy do', () => {
    const { labels, predicted, confidence, classes } = recorded;
    const own = evaluation(
      Array.from({ length: classes }, (_, at) => `class ${at}`),
      labels.map((label, at) => [`image ${at}`, label, predicted[at] ?? 0, confidence[at] ?? 0]),
    );
    const near = (found: readonly number[], expected: readonly number[]) => {
      assert.equal(found.length, expected.length);
      found.forEach((value, at) => assert.ok(Math.abs(value - (expected[at] ?? 9)) < 1e-6, `${value} ${expected[at]}`));
    };
    assert.deepEqual(own.confusionMatrix, recorded.confusionMatrix);
    near(normalized(own.confusionMatrix, 'rows').flat(), recorded.normalizedTrue.flat());
    near(normalized(own.confusionMatrix, 'columns').flat(), recorded.normalizedPred.flat());
    const bins = calibrationOf(own).filter(({ count }) => count > 0);
    near(
      bins.map(({ confidence: mean }) => mean),
      recorded.calibrationConfidence,
    );
    near(
      bins.map(({ accuracy }) => accuracy),
      recorded.calibrationAccuracy,
    );
    near([calibrationError(calibrationOf(own))], [recorded.expectedCalibrationError]);
    near([accuracyOf(own.confusionMatrix)], [recorded.accuracy]);
    const figures = figuresOf(own.confusionMatrix);
    near(
      figures.map(({ f1 }) => f1 ?? 0),
      recorded.f1,
    );
    near(
      figures.map(({ recall }) => recall ?? 0),
      recorded.recall,
    );
  });

  it('finds exactly the images of a cell, a row, a column, or a change', () => {
    const files = (choice: Parameters<typeof chosenImages>[2]) =>
      chosenImages(after, before, choice).map((at) => after.images.file[at]);
    assert.deepEqual(files({ trueClass: 0, predictedClass: 2, against: 'any' }), ['b.jpg']);
    assert.deepEqual(files({ trueClass: 2, predictedClass: null, against: 'any' }), ['d.jpg', 'new.jpg']);
    assert.deepEqual(files({ trueClass: null, predictedClass: 1, against: 'any' }), ['c.jpg', 'd.jpg']);
    assert.deepEqual(files({ trueClass: null, predictedClass: null, against: 'fixed' }), ['a.jpg']);
    assert.deepEqual(files({ trueClass: null, predictedClass: null, against: 'broken' }), ['b.jpg']);
  });

  it('bins confidences and weighs the error by images', () => {
    const bins = calibrationOf(
      evaluation(names, [
        ['a', 0, 0, 0.95],
        ['b', 0, 1, 0.92],
        ['c', 0, 0, 1],
        ['d', 1, 2, 0.31],
      ]),
    );
    assert.deepEqual(
      bins.map(({ count }) => count),
      [0, 0, 0, 1, 0, 0, 0, 0, 0, 3],
    );
    assert.ok(Math.abs((bins[9]?.accuracy ?? 0) - 2 / 3) < 1e-12);
    const byHand = 0.75 * Math.abs((0.95 + 0.92 + 1) / 3 - 2 / 3) + 0.25 * 0.31;
    assert.ok(Math.abs(calibrationError(bins) - byHand) < 1e-12);
    assert.equal(calibrationError([]), 0);
  });
});

describe('comparison of runs', () => {
  it('lists only settings that differ', () => {
    assert.deepEqual(
      configDifferences([
        { a: 1, b: { c: [1], d: 2 }, e: null, stageIndex: 0 },
        { a: 1, b: { c: [2] }, e: 'residual', stageIndex: 1 },
      ]),
      [
        { setting: 'b.c', values: ['[1]', '[2]'] },
        { setting: 'b.d', values: ['2', null] },
        { setting: 'e', values: [null, 'residual'] },
      ],
    );
  });
  it('finds the images on which runs disagree, and what one fixed against another', () => {
    const found = disagreementOf([before, after], 10);
    assert.deepEqual([found?.shared, found?.total], [4, 3]);
    assert.deepEqual(found?.images[0], {
      file: 'd.jpg',
      trueClass: 'pear',
      predicted: ['apple', 'kiwi'],
      right: [false, false],
    });
    assert.deepEqual([confusionDelta('r', before, after).fixed, confusionDelta('r', before, after).broken], [1, 1]);
    assert.equal(disagreementOf([before], 10), null);
  });
  it('counts an image whose true class was changed for neither run', () => {
    const relabelled = evaluation(names, [
      ['a', 0, 0, 0.9],
      ['b', 2, 2, 0.9],
    ]);
    const earlier = evaluation(names, [
      ['a', 0, 1, 0.9],
      ['b', 1, 1, 0.9],
    ]);
    assert.deepEqual(disagreementOf([earlier, relabelled], 10)?.shared, 1);
    assert.equal(confusionDelta('r', earlier, relabelled).fixed, 1);
    assert.equal(stageDelta(earlier, relabelled).fixed.length, 1);
    assert.deepEqual(confusionMatrixContent(evaluated(relabelled, 96), evaluated(earlier, 48), null).delta?.shared, 1);
  });
  it('puts the hardest image first, and one whose loss is not finite before it', () => {
    const hard = evaluation(names, [
      ['a', 0, 0, 0.9],
      ['b', 0, 1, 0.2],
    ]);
    assert.deepEqual(
      hardestOf(hard).map(({ file }) => file),
      ['b.jpg', 'a.jpg'],
    );
    hard.images.loss[0] = Number.NaN;
    assert.deepEqual(
      hardestOf(hard).map(({ file }) => file),
      ['a.jpg', 'b.jpg'],
    );
  });
});
