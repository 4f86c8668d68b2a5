import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Bench } from './bench.ts';
import { benchRow } from './benchRow.ts';
import type { ContenderCommand } from './contender.ts';
import { interleave } from './interleave.ts';
import { trainStepCases } from './trainStep/cases.ts';
import { multiplyAddsOfStep } from './trainStep/multiplyAdds.ts';

const batch = 32;
const sizes = [48, 96, 192];

/** How well the step uses the processor at each size of the ladder: multiply-adds per second, beside the best of the sizes. */
export const ladderBench: Bench = {
  name: 'ladder',
  title:
    'Billions of floating-point operations per second (two a multiply-add) that training reaches at each size on the native engine, beside the best of the three, batch 32: forward once; gradients of weights only where they are trained, of inputs only where they lead to a trained layer.',
  async run({ rounds, seconds, only, quick, progress }) {
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-bench-'));
    try {
      const ladders = [
        { name: 'default net', of: () => 'default net' },
        { name: 'residual feeder', of: (size: number) => (size === sizes[0] ? 'default net' : 'residual feeder') },
      ].filter(({ name }) => name.includes(only));
      const rows = [];
      for (const ladder of ladders.slice(0, quick ? 1 : undefined)) {
        const commands: ContenderCommand[] = [];
        const operations = new Map<number, number>();
        for (const size of sizes) {
          const work = trainStepCases().find(({ name }) => name === `${ladder.of(size)}, ${batch} × ${size} px`);
          if (!work) throw new Error(`There is no case for ${ladder.name} at ${size} pixels.`);
          const file = path.join(folder, `case-${size}.json`);
          writeFileSync(file, JSON.stringify(work));
          operations.set(size, (2 * multiplyAddsOfStep(work)) / 1e9);
          const values = [path.join(import.meta.dirname, 'trainStep', 'upsize.ts'), file];
          commands.push({ name: String(size), file: process.execPath, values, env: { TF_CPP_MIN_LOG_LEVEL: '3' } });
        }
        const figures = await interleave(commands, { rounds, seconds, unitsPerStep: batch, oneAtATime: false });
        const reached = sizes.map((size) => {
          const each = operations.get(size) ?? NaN;
          return { size, values: (figures.get(String(size)) ?? []).map((images) => images * each) };
        });
        const best = reached.toSorted((a, b) => sum(b.values) - sum(a.values))[0];
        if (!best) continue;
        for (const { size, values } of reached) {
          const images = figures.get(String(size)) ?? [];
          progress(`${ladder.name}, ${size} px: ${images.map((value) => value.toFixed(0)).join(', ')} images/s`);
          rows.push(
            benchRow({
              case: `${ladder.name}, ${size} px`,
              unit: 'images/s',
              better: 'more',
              upsize: images,
              goal: null,
            }),
            benchRow({
              ...{
                case: `${ladder.name}, ${size} px`,
                unit: 'GFLOP/s',
                better: 'more',
                goal: { ratio: 0.9, lower: 0 },
              },
              ...{ upsize: values, peer: { name: `${best.size} px, the best`, values: best.values } },
            }),
          );
        }
      }
      return rows;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
