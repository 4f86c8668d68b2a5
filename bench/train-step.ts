import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { tensorflowVersion } from '../trainer/engine/tensorflowRelease.ts';
import type { Bench, BenchRow, Goal } from './bench.ts';
import { benchRow } from './benchRow.ts';
import type { ContenderCommand } from './contender.ts';
import { type Figures, interleave } from './interleave.ts';
import { pythonWith } from './pythonPeer.ts';
import { median } from './statistics.ts';
import { trainStepCases, type TrainStepCase } from './trainStep/cases.ts';

const kerasPackages = [`tensorflow-cpu==${tensorflowVersion}`, 'keras==3.15.1'];
const ours = 'Upsize';
const kerasModes = { plain: 'Keras', xla: 'Keras, XLA' } as const;
const stock = 'tfjs-node';
const torchPackages = ['torch==2.15.0', 'numpy==2.4.6'];
const torch = 'PyTorch';

/**
 * From this many pixels a batch on, contenders are started one at a time, since activations take gigabytes, and all but Upsize and
 * Keras in its plain mode are measured once: a step takes them up to half a minute, and they are far behind.
 */
const largeBatchPixels = 32 * 192 * 192;

/**
 * Images per second of one training step, images in memory: Upsize's graph step beside Keras' `fit`, with and without
 * XLA, the better of which counts, and beside PyTorch and tfjs-node as they come. Everyone gets the same number of threads.
 */
export const trainStepBench: Bench = {
  name: 'train-step',
  title: `One training step (forward, backward, RMSprop) from bytes in memory, TensorFlow ${tensorflowVersion} for all.`,
  async run({ rounds, seconds, only, quick, progress }) {
    const pythons = { keras: pythonWith(kerasPackages), torch: pythonWith(torchPackages) };
    progress(`${availableParallelism()} threads for everyone`);
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-bench-'));
    const rows: BenchRow[] = [];
    try {
      const cases = trainStepCases().filter(({ name }) => name.includes(only));
      for (const work of quick ? cases.slice(0, 1) : cases) {
        const file = path.join(folder, 'case.json');
        writeFileSync(file, JSON.stringify(work));
        const isLarge = work.batch * work.topology.inputShape[0] ** 2 >= largeBatchPixels;
        const commands = commandsFor(file, pythons, { rounds, isLarge });
        const figures = await interleave(commands, { rounds, seconds, unitsPerStep: work.batch, oneAtATime: isLarge });
        // One that was killed has none.
        const text = (values: number[]) => (values.length === 0 ? '–' : median(values).toFixed(0));
        progress(`${work.name}: ${[...figures].map(([name, values]) => `${name} ${text(values)}`).join(', ')}`);
        rows.push(...rowsOf(work, figures));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return rows;
  },
};

function commandsFor(
  file: string,
  pythons: { keras: string; torch: string },
  { rounds, isLarge }: { rounds: number; isLarge: boolean },
): ContenderCommand[] {
  const script = (of: string) => path.join(import.meta.dirname, 'trainStep', of);
  const threads = String(availableParallelism());
  const env = {
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_NUM_INTRAOP_THREADS: threads,
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: threads,
  };
  const node = process.execPath;
  // 23 GB of memory are not enough for tfjs-node's largest cases.
  const far = isLarge ? { rounds: 1, mayBeKilled: true } : {};
  // A process of Keras is fast or slow for all of its life: several are tried.
  const keras = { file: pythons.keras, env, restartAfterRounds: Math.ceil(rounds / 3) };
  return [
    { name: ours, file: node, values: [script('upsize.ts'), file], env },
    { name: stock, file: node, values: [script('stockTfjs.ts'), file], env, ...far },
    { name: kerasModes.plain, ...keras, values: [script('kerasPeer.py'), file, 'plain'] },
    { name: kerasModes.xla, ...keras, values: [script('kerasPeer.py'), file, 'xla'], ...far },
    { name: torch, file: pythons.torch, values: [script('torchPeer.py'), file], env, ...far },
  ];
}

function rowsOf({ name }: TrainStepCase, figures: Figures): BenchRow[] {
  const of = (contender: string) => figures.get(contender) ?? [];
  const keras = median(of(kerasModes.xla)) > median(of(kerasModes.plain)) ? kerasModes.xla : kerasModes.plain;
  const row = (peer: string, goal: Goal) =>
    benchRow({
      ...{ case: name, unit: 'images/s', better: 'more', goal },
      ...{ upsize: of(ours), peer: { name: peer, values: of(peer) } },
    });
  const others = [
    { peer: stock, goal: { ratio: 1.6, lower: 0 } },
    { peer: torch, goal: null },
  ].filter(({ peer }) => of(peer).length > 0);
  return [row(keras, { ratio: 1, lower: 0.95 }), ...others.map(({ peer, goal }) => row(peer, goal))];
}
