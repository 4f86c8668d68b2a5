import { strict as assert } from 'node:assert';
import { median, medianInterval, spread } from '../../../bench/statistics.ts';

describe('bench statistics', () => {
  it('takes the middle, or the mean of the middle two', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.deepEqual(spread([2, 5, 1]), [1, 5]);
  });

  it('gives an interval around the median that is narrow for like values, and the same each time', () => {
    const like = [1.01, 1.02, 0.99, 1, 1.01, 0.98, 1];
    const [low, high] = medianInterval(like);
    assert.ok(low >= 0.98 && low <= median(like) && high >= median(like) && high <= 1.02);
    assert.deepEqual(medianInterval(like), [low, high]);
    const [wideLow, wideHigh] = medianInterval([0.5, 1, 2, 0.7, 1.5]);
    assert.ok(wideHigh - wideLow > 0.5);
  });
});
