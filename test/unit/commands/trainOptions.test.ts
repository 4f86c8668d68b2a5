import { strict as assert } from 'node:assert';
import { CommandError } from '../../../trainer/commands/commandContext.ts';
import { overridesOf, trainOptionsSchema } from '../../../trainer/commands/trainOptions.ts';

const overrides = (options: Record<string, unknown>) => overridesOf(trainOptionsSchema.parse(options));
const refusal = (options: Record<string, unknown>) => {
  try {
    overrides(options);
  } catch (error) {
    assert.ok(error instanceof CommandError);
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  throw new assert.AssertionError({ message: `${JSON.stringify(options)} was taken` });
};

describe('options of upsize train', () => {
  it('change only what they name', () => {
    assert.deepEqual(overrides({}), {});
    assert.deepEqual(overrides({ epochs: '3', learningRate: '1e-4', seed: '7', engine: 'wasm' }), {
      epochs: 3,
      learningRate: 1e-4,
      seed: 7,
      engine: 'wasm',
    });
    assert.deepEqual(overrides({ size: '256', freeze: 'none' }), { size: 256, freeze: 'none' });
    assert.deepEqual(overrides({ freeze: 's48_*, dense1' }), { freeze: ['s48_*', 'dense1'] });
  });

  it('know the strategy by what is said of it', () => {
    assert.deepEqual(overrides({ feeder: 'lean' }).extend, { strategy: 'feeder', feeder: 'lean', cut: 'wholeTrunk' });
    assert.deepEqual(overrides({ trainableFrom: 'conv3' }).extend, { strategy: 'resize', trainableFrom: 'conv3' });
    assert.deepEqual(overrides({ strategy: 'feeder' }).extend, {
      strategy: 'feeder',
      feeder: 'residual',
      cut: 'wholeTrunk',
    });
    assert.match(refusal({ strategy: 'resize', cut: 'wholeTrunk' }), /belong to --strategy feeder/);
    assert.match(refusal({ strategy: 'feeder', trainableFrom: 'x' }), /belongs to --strategy resize/);
  });

  it('are refused by their own name, with the value and what it may be', () => {
    assert.equal(refusal({ epochs: 'many' }), '--epochs: it is "many". It must be a whole number.');
    assert.equal(refusal({ learningRate: '-1' }), '--learning-rate: it is -1. Set it to more than 0.');
    assert.equal(refusal({ batchSize: '1.5' }), '--batch-size: it is 1.5. It must be a whole number.');
    assert.equal(refusal({ feeder: 'leen' }), '--feeder: it is "leen". Did you mean "lean"?');
    assert.equal(refusal({ strategy: 'grow' }), '--strategy: it is "grow". It can be "resize" or "feeder".');
    assert.match(refusal({ engine: 'cuda' }), /^--engine: it is "cuda"\. It can be "auto", "native" or "wasm"\.$/);
    assert.match(refusal({ freeze: ' , ' }), /^--freeze: /);
    assert.equal(refusal({ epochs: '0', size: '4' }).split('\n').length, 2);
  });
});
