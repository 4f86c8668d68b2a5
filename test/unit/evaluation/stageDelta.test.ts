import { strict as assert } from 'node:assert';
import { evaluateModel, validateModel } from '../../../trainer/evaluation/evaluateModel.ts';
import { mcNemar, stageDelta } from '../../../trainer/evaluation/stageDelta.ts';
import { topLosses } from '../../../trainer/evaluation/topLosses.ts';
import { evaluationSchema, type Evaluation } from '../../../trainer/protocol/runFolder.ts';

/** One image: its content, its true class, and the probability of class 1. */
type Image = [hash: string, trueClass: number, probability: number];

/** Batches of two; the "pixels" are the probabilities of class 1 in per cent, which `predictor` reads. */
async function* batchesOf(images: readonly Image[]) {
  for (let from = 0; from < images.length; from += 2) {
    const part = images.slice(from, from + 2);
    yield {
      count: part.length,
      pixels: Uint8Array.from(part, ([, , probability]) => probability * 100),
      labels: Int32Array.from(part, ([, trueClass]) => trueClass),
    };
    await Promise.resolve();
  }
}
const predictor = {
  predict: (pixels: Uint8Array, count: number) =>
    Float32Array.from([...pixels.subarray(0, count)].flatMap((value) => [1 - value / 100, value / 100])),
};

async function evaluated(images: readonly Image[], classNames = ['apple', 'kiwi']): Promise<Evaluation> {
  const result = await evaluateModel({
    predictor,
    batches: batchesOf(images),
    classNames,
    files: images.map(([hash]) => `${hash}.jpg`),
    contentHashes: images.map(([hash]) => hash),
    split: 'validation',
    weightsSha256: '0'.repeat(64),
  });
  assert.ok(result);
  assert.equal(result.probabilities.length, images.length * classNames.length);
  return evaluationSchema.parse(JSON.parse(JSON.stringify(result.evaluation)));
}

describe('evaluateModel', () => {
  const images: Image[] = [
    ['a', 1, 0.9],
    ['b', 0, 0.8],
    ['c', 1, 0.6],
  ];

  it('records every image of every batch, the smaller last one too', async () => {
    const { accuracy, images: records, accuracyInterval, confusionMatrix } = await evaluated(images);
    assert.ok(Math.abs(accuracy - 2 / 3) < 1e-12);
    assert.deepEqual(records.trueClass, [1, 0, 1]);
    assert.deepEqual(records.predictedClass, [1, 1, 1]);
    assert.deepEqual(confusionMatrix, [
      [0, 1],
      [0, 2],
    ]);
    assert.ok(accuracyInterval[0] < accuracy && accuracy < accuracyInterval[1]);
  });

  it('breaks off when asked to, and refuses to score fewer images than there are files', async () => {
    const input = {
      predictor,
      batches: batchesOf(images),
      classNames: ['apple', 'kiwi'],
      files: ['a', 'b', 'c', 'd'],
      contentHashes: ['a', 'b', 'c', 'd'],
      split: 'train' as const,
      weightsSha256: '0'.repeat(64),
    };
    assert.equal(await evaluateModel({ ...input, shouldStop: () => true }), null);
    await assert.rejects(evaluateModel({ ...input, batches: batchesOf(images) }), /3 images were scored, of 4 files/);
  });

  it('validates with the same figures, each image counting the same', async () => {
    const evaluation = await evaluated(images);
    const validation = await validateModel(predictor, batchesOf(images), { classes: 2 });
    assert.ok(validation);
    assert.ok(Math.abs(validation.loss - evaluation.loss) < 1e-12);
    assert.equal(validation.accuracy, evaluation.accuracy);
    assert.equal(await validateModel(predictor, batchesOf(images), { classes: 2, shouldStop: () => true }), null);
    await assert.rejects(validateModel(predictor, batchesOf([]), { classes: 2 }), /no images/);
  });

  it('lets a model gone wrong show: NaN stays NaN', async () => {
    const broken = { predict: (_: Uint8Array, count: number) => new Float32Array(2 * count).fill(Number.NaN) };
    const validation = await validateModel(broken, batchesOf(images), { classes: 2 });
    assert.ok(Number.isNaN(validation?.loss));
  });
});

describe('topLosses', () => {
  it('names the images on which the model was most wrong', async () => {
    const evaluation = await evaluated([
      ['a', 1, 0.9],
      ['b', 0, 0.8],
      ['c', 1, 0.4],
    ]);
    assert.deepEqual(
      topLosses(evaluation, 2).map(({ file, trueClass, predictedClass }) => [file, trueClass, predictedClass]),
      [
        ['b.jpg', 0, 1],
        ['c.jpg', 1, 0],
      ],
    );
  });
});

describe('stageDelta', () => {
  it('names the fixed and the broken images, the surest first, on the images that both saw', async () => {
    const before = await evaluated([
      ['a', 1, 0.2],
      ['b', 1, 0.3],
      ['c', 0, 0.1],
      ['d', 1, 0.9],
      ['gone', 1, 0.9],
    ]);
    const after = await evaluated([
      ['new', 0, 0.9],
      ['d', 1, 0.8],
      ['c', 0, 0.7],
      ['b', 1, 0.6],
      ['a', 1, 0.95],
    ]);
    const delta = stageDelta(before, after);
    assert.equal(delta.shared, 4);
    assert.deepEqual([delta.accuracyBefore, delta.accuracyAfter], [0.5, 0.75]);
    assert.deepEqual(
      delta.fixed.map((change) => change.after.contentHash),
      ['a', 'b'],
    );
    assert.deepEqual(
      delta.broken.map((change) => change.after.contentHash),
      ['c'],
    );
    assert.equal(delta.pValue, 1);
  });

  it('joins classes by name and leaves relabelled images out', async () => {
    const before = await evaluated([
      ['a', 1, 0.9],
      ['b', 0, 0.1],
    ]);
    const swapped = await evaluated(
      [
        ['a', 0, 0.1],
        ['b', 0, 0.1],
      ],
      ['kiwi', 'apple'],
    );
    const delta = stageDelta(before, swapped);
    assert.equal(delta.shared, 1, 'b was an apple and is a kiwi now');
    assert.deepEqual([delta.fixed.length, delta.broken.length], [0, 0]);
    const other = await evaluated([['z', 1, 0.5]]);
    assert.throws(() => stageDelta(before, other), /share no image/);
  });

  it('tests by McNemar as scipy.stats.binomtest does', () => {
    const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}`);
    near(mcNemar(3, 10), 0.09228515625);
    near(mcNemar(0, 5), 0.0625);
    near(mcNemar(1200, 1300), 0.047681865221043444);
    near(mcNemar(0, 0), 1);
  });
});
