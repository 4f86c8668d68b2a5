import { strict as assert } from 'node:assert';
import { decodedBesideTraining, threadPlan } from '../../../trainer/protocol/threadPlan.ts';

describe('the plan of threads', () => {
  it('gives the step all cores, and keeps two of the pool for files whatever is decoded', () => {
    assert.deepEqual(threadPlan(1), { intraOp: 1, pool: 4, decoders: 1, imagesAtOnce: 5 });
    assert.deepEqual(threadPlan(2), { intraOp: 2, pool: 4, decoders: 2, imagesAtOnce: 6 });
    assert.deepEqual(threadPlan(4), { intraOp: 4, pool: 6, decoders: 4, imagesAtOnce: 10 });
    assert.deepEqual(threadPlan(8), { intraOp: 8, pool: 10, decoders: 8, imagesAtOnce: 18 });
    assert.deepEqual(threadPlan(16), { intraOp: 16, pool: 18, decoders: 8, imagesAtOnce: 26 });
  });

  it('decodes beside training on an eighth of the cores', () => {
    assert.deepEqual([2, 4, 8, 16].map(decodedBesideTraining), [1, 1, 1, 2]);
  });
});
