import { strict as assert } from 'node:assert';
import { benchRow } from '../../../bench/benchRow.ts';
import { withTable } from '../../../bench/benchmarksPage.ts';

const measured = { case: 'a case', unit: 'ms', better: 'less' as const };

describe('a row of a benchmark', () => {
  it('divides round by round, so that a round that was slow for both leaves the ratio as it is', () => {
    const peer = { name: 'peer', values: [20, 200, 20] };
    const row = benchRow({ ...measured, upsize: [10, 100, 10], peer, goal: { ratio: 2, lower: 2 } });
    assert.equal(row.ratio, 2);
    assert.deepEqual(row.interval, [2, 2]);
    assert.equal(row.met, true);
  });

  it('has a ratio above 1 where Upsize is better, whether more is better or less', () => {
    const peer = { name: 'peer', values: [10] };
    assert.equal(benchRow({ ...measured, upsize: [20], peer, goal: null }).ratio, 0.5);
    assert.equal(benchRow({ ...measured, better: 'more', upsize: [20], peer, goal: null }).ratio, 2);
  });

  it('misses a ratio whose interval reaches too low', () => {
    const peer = { name: 'peer', values: [10, 10, 10] };
    const row = benchRow({ ...measured, upsize: [5, 12, 5], peer, goal: { ratio: 1, lower: 0.95 } });
    assert.equal(row.ratio, 2);
    assert.equal(row.met, false);
  });

  it('holds a figure against its limit', () => {
    assert.equal(benchRow({ ...measured, upsize: [9, 11, 10], goal: { atMost: 10 } }).met, true);
    assert.equal(benchRow({ ...measured, upsize: [9, 11, 11], goal: { atMost: 10 } }).met, false);
  });
});

describe('the page of benchmarks', () => {
  it('has each table once, in its place, and keeps what is written around it', () => {
    const first = withTable('# Head\n', 'decode', 'one\n');
    const two = `${withTable(first, 'input', 'two')}After.\n`;
    assert.equal(
      withTable(two, 'decode', 'three'),
      '# Head\n\n<!-- decode -->\nthree\n<!-- /decode -->\n\n<!-- input -->\ntwo\n<!-- /input -->\nAfter.\n',
    );
  });
});
