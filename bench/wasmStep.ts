import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Bench, BenchRow } from './bench.ts';
import { benchRow } from './benchRow.ts';
import { interleave } from './interleave.ts';
import { trainStepCases } from './trainStep/cases.ts';

const ours = 'Upsize';
const stock = 'tfjs-backend-wasm';
/** The sample's ladder. */
const stages = ['default net, 32 × 48 px', 'residual feeder, 32 × 96 px', 'residual feeder, 32 × 192 px'];

/** Images per second of a training step on the WASM engine, beside stock kernels, on the stages of the sample's ladder. */
export const wasmStepBench: Bench = {
  name: 'wasm-step',
  title:
    'One training step (forward, backward, RMSprop) on the WASM engine, one thread, beside the same step on stock kernels, where only the missing filter gradient is added, as stock conv2d over transposed tensors.',
  async run({ rounds, seconds, only, quick, progress }) {
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-bench-'));
    const rows: BenchRow[] = [];
    try {
      const cases = trainStepCases().filter(({ name }) => stages.includes(name) && name.includes(only));
      for (const work of quick ? cases.slice(0, 1) : cases) {
        const file = path.join(folder, 'case.json');
        writeFileSync(file, JSON.stringify(work));
        const command = (name: string, which: string) => ({
          ...{ name, file: process.execPath },
          values: [path.join(import.meta.dirname, 'trainStep', 'wasm.ts'), file, which],
        });
        const commands = [command(ours, 'upsize'), command(stock, 'stock')];
        const figures = await interleave(commands, {
          ...{ rounds, seconds, unitsPerStep: work.batch, oneAtATime: false },
        });
        const row = benchRow({
          ...{ case: work.name, unit: 'images/s', better: 'more', goal: { ratio: 3, lower: 2.8 } },
          ...{ upsize: figures.get(ours) ?? [], peer: { name: stock, values: figures.get(stock) ?? [] } },
        });
        progress(`${work.name}: ${row.upsize.median.toFixed(1)}, ${row.ratio?.toFixed(2)} × stock`);
        rows.push(row);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return rows;
  },
};
