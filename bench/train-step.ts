import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tensorflowVersion } from '../trainer/engine/tensorflowRelease.ts';
import type { Bench, BenchRow } from './bench.ts';
import type { ContenderCommand } from './contender.ts';
import { type Figures, interleave } from './interleave.ts';
import { pythonWith } from './pythonPeer.ts';
import { median, medianInterval, spread } from './statistics.ts';
import { trainStepCases, type TrainStepCase } from './trainStep/cases.ts';

const kerasPackages = [`tensorflow-cpu==${tensorflowVersion}`, 'keras==3.15.1'];
const ours = 'Upsize';
const kerasModes = { plain: 'Keras', xla: 'Keras, XLA' } as const;
const stock = 'tfjs-node';

/** From this many pixels a batch on, contenders are started one at a time: activations take gigabytes. */
const largeBatchPixels = 32 * 192 * 192;

/**
 * Images per second of one training step, images in memory: Upsize's graph step beside Keras' `fit`, with and without
 * XLA, the better of which counts, and beside tfjs-node as it comes.
 */
export const trainStepBench: Bench = {
  name: 'train-step',
  title: `One training step (forward, backward, RMSprop) from bytes in memory, TensorFlow ${tensorflowVersion} for all.`,
  async run({ rounds, seconds, only, progress }) {
    const python = pythonWith(kerasPackages);
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-bench-'));
    const rows: BenchRow[] = [];
    try {
      for (const work of trainStepCases().filter(({ name }) => name.includes(only))) {
        const file = path.join(folder, 'case.json');
        writeFileSync(file, JSON.stringify(work));
        const figures = await interleave(commandsFor(file, python), {
          ...{ rounds, seconds, unitsPerStep: work.batch },
          oneAtATime: work.batch * work.topology.inputShape[0] ** 2 >= largeBatchPixels,
        });
        progress(
          `${work.name}: ${[...figures].map(([name, values]) => `${name} ${median(values).toFixed(0)}`).join(', ')}`,
        );
        rows.push(...rowsOf(work, figures));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return rows;
  },
};

function commandsFor(file: string, python: string): ContenderCommand[] {
  const script = (of: string) => path.join(import.meta.dirname, 'trainStep', of);
  const env = { TF_CPP_MIN_LOG_LEVEL: '3' };
  const node = process.execPath;
  return [
    { name: ours, file: node, values: [script('upsize.ts'), file], env },
    { name: stock, file: node, values: [script('stockTfjs.ts'), file], env },
    { name: kerasModes.plain, file: python, values: [script('kerasPeer.py'), file, 'plain'], env },
    { name: kerasModes.xla, file: python, values: [script('kerasPeer.py'), file, 'xla'], env },
  ];
}

function rowsOf({ name }: TrainStepCase, figures: Figures): BenchRow[] {
  const of = (contender: string) => figures.get(contender) ?? [];
  const [plain, xla] = [of(kerasModes.plain), of(kerasModes.xla)];
  const xlaIsBetter = median(xla) > median(plain);
  return [
    rowOf(name, xlaIsBetter ? kerasModes.xla : kerasModes.plain, of(ours), xlaIsBetter ? xla : plain, {
      ratio: 1,
      lower: 0.95,
    }),
    rowOf(name, stock, of(ours), of(stock), { ratio: 1.6, lower: 0 }),
  ];
}

function rowOf(
  name: string,
  peer: string,
  upsize: readonly number[],
  theirs: readonly number[],
  goal: BenchRow['goal'],
): BenchRow {
  const ratios = upsize.map((value, round) => value / (theirs[round] ?? NaN));
  const ratio = median(ratios);
  const interval = medianInterval(ratios);
  return {
    ...{ case: name, peer, unit: 'images/s', ratio, interval, goal },
    met: ratio >= goal.ratio && interval[0] >= goal.lower,
    ...{ upsizeMedian: median(upsize), peerMedian: median(theirs) },
    ...{ upsizeSpread: spread(upsize), peerSpread: spread(theirs) },
  };
}
