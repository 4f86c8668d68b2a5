import { strict as assert } from 'node:assert';
import { pairedInterval } from '../../../trainer/evaluation/pairedInterval.ts';

describe('pairedInterval', () => {
  it('agrees with the published one of the approval ratings (Agresti, Categorical Data Analysis: 1,600 asked twice)', () => {
    // 86 changed to approval and 150 away from it: a difference of -0.04, from -0.059 to -0.021.
    const [low, high] = pairedInterval(86, 150, 1600);
    assert.equal(low.toFixed(3), '-0.059');
    assert.equal(high.toFixed(3), '-0.021');
  });

  it('turns with its sides, widens with fewer images, and stays within what a difference can be', () => {
    const [low, high] = pairedInterval(12, 5, 100);
    assert.deepEqual(pairedInterval(5, 12, 100), [-high, -low]);
    const [lower, higher] = pairedInterval(6, 2, 50);
    assert.ok(higher - lower > high - low);
    assert.deepEqual(pairedInterval(0, 0, 0), [-1, 1]);
    assert.ok(pairedInterval(1, 0, 1)[1] <= 1);
    // Without any difference seen, one may still be there.
    assert.ok(pairedInterval(0, 0, 50)[1] > 0);
  });
});
