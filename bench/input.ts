import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { tensorflowVersion } from '../trainer/engine/tensorflowRelease.ts';
import type { Bench, BenchRow } from './bench.ts';
import { photoFolder } from './benchPhotos.ts';
import { benchRow } from './benchRow.ts';
import { interleave } from './interleave.ts';
import { pythonWith } from './pythonPeer.ts';
import { BenchWorkspace } from './trainedRun.ts';

/** From the second epoch on: the share of its time that the step waits for images, in a real run; and the input alone beside tf.data. */
export const inputBench: Bench = {
  name: 'input',
  title:
    'The share of its time that the step waits for images, epochs from the second on of a real run; and reading batches of 32 in random order alone, from the cache, beside tf.data reading records of the same bytes.',
  async run({ rounds, seconds, only, quick, photos, progress }) {
    const dataset = await photoFolder(quick ? null : photos, quick ? 120 : 2000);
    const sizes = (quick ? [48] : [48, 96, 192]).filter((size) => `${size} px`.includes(only));
    const workspace = new BenchWorkspace();
    const rows: BenchRow[] = [];
    try {
      for (const size of sizes) {
        const run = await workspace.train({
          dataset,
          engine: 'native',
          stages: [{ size, epochs: 3 }],
          training: { earlyStopping: false },
        });
        const shares = workspace
          .events(run, 'epoch')
          .filter(({ epoch }) => epoch >= 1)
          .map(({ inputSeconds, stepSeconds }) => (100 * inputSeconds) / (inputSeconds + stepSeconds));
        progress(`${size} px: waits ${shares.map((share) => share.toFixed(2)).join(', ')} % of the time`);
        rows.push(
          benchRow({ case: `${size} px, waiting`, unit: '%', better: 'less', upsize: shares, goal: { atMost: 2 } }),
        );
        rows.push(await besideTensorflow(workspace, size, dataset, { rounds, seconds }));
      }
    } finally {
      workspace.remove();
    }
    return rows;
  },
};

async function besideTensorflow(
  workspace: BenchWorkspace,
  size: number,
  dataset: string,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<BenchRow> {
  const python = pythonWith([`tensorflow-cpu==${tensorflowVersion}`, 'keras==3.15.1']);
  const file = path.join(workspace.folder, 'input.json');
  writeFileSync(file, JSON.stringify({ workspace: workspace.folder, dataset, size, batch: 32 }));
  const script = (name: string) => path.join(import.meta.dirname, 'input', name);
  const env = { TF_CPP_MIN_LOG_LEVEL: '3' };
  const figures = await interleave(
    [
      { name: 'Upsize', file: process.execPath, values: [script('upsize.ts'), file], env },
      { name: 'tf.data', file: python, values: [script('tfData.py'), file], env },
    ],
    { rounds, seconds, unitsPerStep: 32, oneAtATime: false },
  );
  return benchRow({
    ...{ case: `${size} px, input alone`, unit: 'images/s', better: 'more', goal: { ratio: 1, lower: 0.9 } },
    ...{ upsize: figures.get('Upsize') ?? [], peer: { name: 'tf.data', values: figures.get('tf.data') ?? [] } },
  });
}
