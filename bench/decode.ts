import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { threadPlan } from '../trainer/protocol/threadPlan.ts';
import type { Bench, BenchRow, Goal } from './bench.ts';
import { jpegsOf, photoFolder, twelveMegapixels } from './benchPhotos.ts';
import { benchRow } from './benchRow.ts';
import type { ContenderCommand } from './contender.ts';
import { interleave } from './interleave.ts';
import { pythonWith } from './pythonPeer.ts';

const packages = ['pillow==13.0.0', 'simplejpeg==1.9.0', 'opencv-python-headless==5.0.0.93', 'numpy==2.4.6'];
const pixels = 'Upsize';
const everything = 'Upsize with hashes and thumbnail';
const pil = 'Pillow, draft and BOX';
const turbo = 'libjpeg-turbo, scaled, and OpenCV area';

/** JPEG files per second to squares of 192, 96 and 48 pixels, on as many cores each. */
export const decodeBench: Bench = {
  name: 'decode',
  title:
    'JPEG files to squares of 192, 96 and 48 pixels, all cores for everyone. "With hashes" is all that preparing a data set does.',
  async run({ rounds, seconds, only, quick, photos, progress }) {
    const python = pythonWith(packages);
    const cores = availableParallelism();
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-bench-'));
    const small = jpegsOf(await photoFolder(photos), quick ? 40 : 400);
    const cases = [
      {
        name: `${photos === null ? 'sample pictures' : 'photographs'}, ${small.length} files`,
        files: () => Promise.resolve(small),
      },
      { name: '12 megapixels', files: () => twelveMegapixels(small.slice(0, 8), quick ? 2 : 8) },
    ].filter(({ name }) => name.includes(only));
    const rows: BenchRow[] = [];
    try {
      for (const { name, files } of cases) {
        progress(`${name}, ${cores} cores`);
        const list = path.join(folder, 'files.json');
        writeFileSync(list, JSON.stringify(await files()));
        const commands = commandsFor(list, python, cores);
        const figures = await interleave(commands, { rounds, seconds, unitsPerStep: 1, oneAtATime: false });
        const row = (upsize: string, peer: string, goal: Goal) =>
          benchRow({
            ...{ case: `${name}${upsize === pixels ? '' : ', with hashes'}`, unit: 'images/s', better: 'more', goal },
            ...{ upsize: figures.get(upsize) ?? [], peer: { name: peer, values: figures.get(peer) ?? [] } },
          });
        rows.push(row(pixels, pil, { ratio: 1, lower: 0.95 }), row(pixels, turbo, { ratio: 0.9, lower: 0.85 }));
        rows.push(row(everything, pil, null));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return rows;
  },
};

function commandsFor(list: string, python: string, cores: number): ContenderCommand[] {
  const script = (name: string) => path.join(import.meta.dirname, 'decode', name);
  const env = { UV_THREADPOOL_SIZE: String(threadPlan(cores).pool), OMP_NUM_THREADS: '1' };
  const upsize = { file: process.execPath, env };
  const peer = { file: python, env };
  return [
    { name: pixels, ...upsize, values: [script('upsize.ts'), list, 'pixels'] },
    { name: everything, ...upsize, values: [script('upsize.ts'), list, 'everything'] },
    { name: pil, ...peer, values: [script('pythonPeer.py'), list, String(cores), 'pil'] },
    { name: turbo, ...peer, values: [script('pythonPeer.py'), list, String(cores), 'turbo'] },
  ];
}
