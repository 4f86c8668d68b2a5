import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import { checkLadder, type LadderStage } from '../../../trainer/model/checkLadder.ts';
import { GraftError } from '../../../trainer/model/graftPlan.ts';
import type { Extend } from '../../../trainer/protocol/config.ts';
import { tinyOptions } from './tinyModels.ts';

const feeder = (name: 'residual' | 'lean' | 'article', cut: 'wholeTrunk' | 'firstConvolution'): Extend => ({
  strategy: 'feeder',
  feeder: name,
  cut,
});
const ladder = (extend: Extend, sizes = [48, 96, 192]): LadderStage[] =>
  sizes.map((size, index) => ({ size, extend: index === 0 ? null : extend }));
const refuses = (stages: LadderStage[], message: RegExp, options = tinyOptions) => {
  assert.throws(
    () => checkLadder(options, stages),
    (error: Error) => error instanceof GraftError && message.test(error.message),
  );
};

describe('checkLadder', () => {
  it('takes the ladders that can be trained, without a tensor', () => {
    const before = tf.memory().numTensors;
    checkLadder(tinyOptions, ladder({ strategy: 'resize' }));
    for (const name of ['residual', 'lean', 'article'] as const)
      checkLadder(tinyOptions, ladder(feeder(name, 'wholeTrunk')));
    for (const name of ['lean', 'article'] as const) checkLadder(tinyOptions, ladder(feeder(name, 'firstConvolution')));
    checkLadder({ ...tinyOptions, head: 'flatten' }, ladder(feeder('lean', 'wholeTrunk')));
    assert.equal(tf.memory().numTensors, before);
  });

  it('refuses a later stage before the first one trains, by its place', () => {
    refuses(ladder(feeder('lean', 'wholeTrunk'), [48, 96, 200]), /^Stage 3 \(200 px\).*192, 384, 768 can follow/);
    refuses(ladder({ strategy: 'resize' }), /^Stage 2 \(96 px\).*flatten head/, { ...tinyOptions, head: 'flatten' });
    refuses(ladder(feeder('residual', 'firstConvolution')), /^Stage 3 \(192 px\).*Use "cut": "wholeTrunk"/);
    refuses(ladder({ strategy: 'resize' }, [8]), /^Stage 1 \(8 px\).*can be halved/, {
      ...tinyOptions,
      filters: new Array<number>(8).fill(4),
    });
  });
});
