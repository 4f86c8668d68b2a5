import { strict as assert } from 'node:assert';
import { configSchema } from '../../../trainer/protocol/config.ts';
import { checkPipeline } from '../../../trainer/protocol/pipelineChecks.ts';
import { locate } from '../../../trainer/protocol/readConfig.ts';
import type { ScanSummary, ScannedClass } from '../../../trainer/protocol/scan.ts';

const scannedClass = (name: string, train: number, validation: number): ScannedClass => ({
  name,
  images: train + validation,
  train,
  validation,
  test: 0,
  grey: 0,
  duplicates: 0,
  nearDuplicates: 0,
  placeholders: 0,
  leftOut: 0,
  tooSmall: [0, 0, 0],
});
const scan = (more: Partial<ScanSummary> = {}): ScanSummary => ({
  created: 1,
  root: '/photos',
  source: '/photos',
  images: 20_000,
  classes: [scannedClass('apple', 8000, 2000), scannedClass('kiwi', 8000, 2000)],
  sizes: [48, 96, 192],
  tooSmall: [0, 0, 0],
  suggestedSizes: [],
  problems: [],
  ...more,
});
/** `severity id place` of all that is found. */
const found = (config: object, facts: ScanSummary | null = null) =>
  checkPipeline({ config: configSchema.parse({ dataset: 'photos', ...config }), scan: facts }).map(
    ({ id, severity, place }) => `${severity} ${id} ${place.join('.')}`,
  );

describe('pipeline checks', () => {
  it('have nothing to say of the default config and a large data set', () => {
    assert.deepEqual(found({}), []);
    assert.deepEqual(found({}, scan()), []);
  });

  it('find sizes that fall', () => {
    assert.deepEqual(found({ stages: [{ size: 96 }, { size: 48 }] }), ['warning stageSizes stages.1.size']);
    assert.deepEqual(found({ stages: [{ size: 96 }, { size: 96 }] }), []);
  });

  it('find stages that cannot be joined', () => {
    const feeder = { strategy: 'feeder' };
    assert.deepEqual(found({ stages: [{ size: 48 }, { size: 100, extend: feeder }] }), [
      'error stagesJoin stages.1.size',
    ]);
    assert.deepEqual(found({ stages: [{ size: 48 }, { size: 192, extend: feeder }] }), []);
    assert.deepEqual(found({ model: { head: 'flatten' }, stages: [{ size: 48 }, { size: 72 }] }), [
      'error stagesJoin stages.1.size',
    ]);
    const resize = { strategy: 'resize' };
    assert.deepEqual(found({ model: { head: 'flatten' }, stages: [{ size: 48 }, { size: 96, extend: resize }] }), [
      'error stagesJoin stages.1.extend.strategy',
    ]);
  });

  it('find a batch that is larger than the training images, once where all stages share it', () => {
    const few = scan({ images: 6020, classes: [scannedClass('apple', 20, 6000)] });
    assert.deepEqual(found({}, few), ['warning batchSize training.batchSize']);
    assert.deepEqual(found({ training: { batchSize: 8 }, stages: [{ size: 48, batchSize: 32 }] }, few), [
      'warning batchSize stages.0.batchSize',
    ]);
  });

  it('say the interval where the validation images cannot tell two points', () => {
    const few = scan({ classes: [scannedClass('apple', 800, 100)] });
    const [first] = checkPipeline({ config: configSchema.parse({ dataset: 'photos' }), scan: few });
    assert.equal(first?.id, 'validationSize');
    assert.match(first.message, /±9\.8 points/);
    assert.equal(first.severity, 'information');
    assert.deepEqual(found({}, scan({ classes: [scannedClass('apple', 800, 50)] })), [
      'warning validationSize dataset',
    ]);
  });

  it('find a size that most images are too small for', () => {
    assert.deepEqual(found({}, scan({ tooSmall: [0, 10_000, 10_001] })), ['warning smallImages stages.2.size']);
  });

  it('find pictures with two labels', () => {
    const problem = { kind: 'duplicateAcrossClasses', file: 'a', className: 'a', message: 'm' } as const;
    assert.deepEqual(found({}, scan({ problems: [{ ...problem, severity: 'warning', leftOut: false }] })), [
      'warning twoLabels dataset',
    ]);
  });

  it('find an imbalance that nothing is done about', () => {
    const uneven = scan({ classes: [scannedClass('apple', 8000, 2000), scannedClass('kiwi', 800, 2000)] });
    assert.deepEqual(found({}, uneven), ['information imbalance training.classWeight']);
    assert.deepEqual(found({ training: { classWeight: 'balanced' } }, uneven), []);
  });

  it('find batch normalisation that is fine-tuned at a large rate', () => {
    const stages = (extra: object) => [{ size: 48 }, { size: 96, extend: { strategy: 'resize' }, ...extra }];
    assert.deepEqual(found({ stages: stages({ learningRate: 0.01 }) }), [
      'warning fineTuningRate stages.1.learningRate',
    ]);
    assert.deepEqual(found({ stages: stages({ learningRate: 0.01, freeze: 'parent' }) }), []);
    assert.deepEqual(found({ stages: stages({ learningRate: 0.01, optimizer: { name: 'sgd' } }) }), []);
    assert.deepEqual(found({ model: { batchNormalization: false }, stages: stages({ learningRate: 0.01 }) }), []);
  });

  it('find a learning rate that early stopping never lets be cut', () => {
    assert.deepEqual(found({ training: { reduceLearningRate: { patience: 3 } } }), [
      'warning rateNeverCut training.reduceLearningRate',
    ]);
  });

  it('stand at the value, or at the nearest thing around one that is not written', () => {
    const text = '{ "dataset": "photos",\n  "stages": [{ "size": 96 }, { "size": 48 }] }';
    const { line, column, offset, length } = locate(text, ['stages', 1, 'size']);
    assert.deepEqual([line, column, text.slice(offset, offset + length)], [2, 40, '48']);
    const absent = locate(text, ['training', 'batchSize']);
    assert.deepEqual([absent.offset, absent.length], [0, 1]);
  });
});
