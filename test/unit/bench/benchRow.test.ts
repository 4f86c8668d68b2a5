import { strict as assert } from 'node:assert';
import { benchRow } from '../../../bench/benchRow.ts';
import { withTable } from '../../../bench/benchmarksPage.ts';
import { readLoad, readMachine, toMarkdown, withEarlierCases, type BenchReport } from '../../../bench/report.ts';

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

describe('a report of some cases', () => {
  const row = (name: string, upsize: number, peer = 'peer') =>
    benchRow({ ...measured, case: name, upsize: [upsize], peer: { name: peer, values: [10] }, goal: null });
  const report = (time: string, rows: BenchReport['rows']): BenchReport => ({
    ...{ version: 2, name: 'decode', title: 'Decoding.', rounds: 1, seconds: 1, time, rows },
    ...{ machine: readMachine(), loadBefore: readLoad(), loadAfter: readLoad() },
  });
  const shown = (of: BenchReport | null) => of?.rows.map((one) => [one.case, one.peer?.name, one.measured]);

  it('takes the place of the same cases of before, whatever peer counted then, and says how old the others are', () => {
    const first = report('monday', [row('a', 1), row('b', 1), row('b', 1, 'another'), row('c', 1)]);
    const second = withEarlierCases(report('tuesday', [row('d', 2), row('b', 2, 'third')]), first);
    assert.deepEqual(shown(second), [
      ['a', 'peer', 'monday'],
      ['b', 'third', undefined],
      ['c', 'peer', 'monday'],
      ['d', 'peer', undefined],
    ]);
    const third = withEarlierCases(report('wednesday', [row('a', 3)]), second);
    assert.deepEqual(
      third?.rows.map((one) => one.measured),
      [undefined, 'tuesday', 'monday', 'tuesday'],
    );
    assert.match(toMarkdown(third ?? assert.fail()), / 3 of the 4 rows were measured before, on the same machine\./);
  });

  it('is kept alone where there is none before, and not at all beside another machine’s', () => {
    const alone = report('monday', [row('a', 1)]);
    assert.equal(withEarlierCases(alone, null), alone);
    const elsewhere = { ...alone, machine: { ...alone.machine, threads: 999 } };
    assert.equal(withEarlierCases(report('tuesday', [row('a', 1)]), elsewhere), null);
  });
});
