import { strict as assert } from 'node:assert';
import type { Contender } from '../../../bench/experiment/contenders.ts';
import type { SpeedResult } from '../../../bench/experiment/speedResult.ts';
import { speedTable } from '../../../bench/experiment/speedTable.ts';

describe('the table of the experiment', () => {
  const contenders: Contender[] = [
    { name: 'plain', role: 'baseline', phases: [] },
    { name: 'grown', role: 'baseline', phases: [] },
    { name: 'ladder', role: 'ladder', phases: [] },
  ];
  const run = (contender: string, curve: SpeedResult['curve']): SpeedResult => ({
    ...{ kind: 'run', contender, budget: 100, seed: 1, rate: 0.001, testAccuracy: 0.5, epochs: [1], curve },
    ...{ accuracy: Math.max(...curve.map(([, value]) => value)), cpuSeconds: curve.at(-1)?.[0] ?? 0 },
  });
  const cellsOf = (runs: SpeedResult[], name: string) => {
    const line = speedTable(runs, { budget: 100, contenders })
      .split('\n')
      .find((row) => row.startsWith(`| ${name} |`));
    return (line ?? '').split('|').map((cell) => cell.trim());
  };
  const baselines = [
    run('plain', [
      [50, 0.6],
      [100, 0.6],
    ]),
    run('grown', [
      [100, 0.6],
      [200, 0.7],
      [300, 0.7],
    ]),
  ];

  it('holds a ladder against the baseline that ended highest, and the time until it first was there', () => {
    const cells = cellsOf(
      [
        ...baselines,
        run('ladder', [
          [30, 0.6],
          [80, 0.75],
        ]),
      ],
      'ladder',
    );
    assert.deepEqual(cells.slice(4, 5).concat(cells.slice(7, 11)), ['75.0', '80', '–', '0.40', '']);
  });

  it('counts the whole time of a run that never got there, and says that it did not', () => {
    const cells = cellsOf(
      [
        ...baselines,
        run('ladder', [
          [30, 0.6],
          [100, 0.65],
        ]),
      ],
      'ladder',
    );
    assert.deepEqual(cells.slice(9, 11), ['> 0.50', '1']);
    assert.equal(cellsOf(baselines, 'plain')[10], '1');
  });

  it('holds it also against the baseline that was soonest at the accuracy that it ended at itself', () => {
    const ladder = run('ladder', [
      [10, 0.5],
      [15, 0.6],
      [100, 0.6],
    ]);
    assert.deepEqual(cellsOf([...baselines, ladder], 'ladder').slice(7, 9), ['15', '0.30']);
  });

  it('leaves out runs of another budget, and a contender that has none', () => {
    assert.deepEqual(cellsOf([{ ...run('ladder', [[1, 1]]), budget: 50 }], 'ladder'), ['']);
  });
});
