import { strict as assert } from 'node:assert';
import { wilsonInterval } from '../../../trainer/evaluation/wilsonInterval.ts';

function near(actual: readonly number[], expected: readonly number[]) {
  actual.forEach((value, index) => assert.ok(Math.abs(value - (expected[index] ?? NaN)) < 1e-9, `${actual.join()}`));
}

describe('wilsonInterval', () => {
  it('agrees with statsmodels.stats.proportion.proportion_confint(method="wilson")', () => {
    near(wilsonInterval(45, 60), [0.6276792992295218, 0.8422347746994333]);
    near(wilsonInterval(0, 20), [0, 0.1611251580528194]);
    near(wilsonInterval(500, 1000), [0.4690696003681042, 0.5309303996318958]);
  });

  it('knows nothing without trials, and stays within 0 to 1', () => {
    assert.deepEqual(wilsonInterval(0, 0), [0, 1]);
    assert.equal(wilsonInterval(7, 7)[1], 1);
  });
});
