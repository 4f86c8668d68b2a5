import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { detectGpus } from '../trainer/engine/gpu.ts';
import { findBuild } from '../trainer/engine/native/nativeParts.ts';
import type { Bench, BenchRow } from './bench.ts';
import { benchRow } from './benchRow.ts';
import { interleave } from './interleave.ts';
import { pythonWith } from './pythonPeer.ts';
import { trainStepCases } from './trainStep/cases.ts';

// Not the newest: what the figures that stand in docs/benchmarks.md were measured beside.
const torchPackages = ['torch==2.11.0', 'numpy==2.4.6'];
const ours = 'Upsize';
const processor = 'Upsize on the processor';
const stock = 'tfjs-node on the GPU';
const torch = 'PyTorch on the GPU';

/**
 * Images per second of one training step on an NVIDIA GPU, images in the machine's memory: the traced graph beside the same on all
 * threads of the processor, PyTorch, and tfjs-node as it comes. Skipped, by name, where there is no GPU or no engine for it.
 */
export const gpuStepBench: Bench = {
  name: 'gpu-step',
  title: 'One training step (forward, backward, RMSprop) on an NVIDIA GPU, from bytes in the memory of the machine.',
  async run({ rounds, seconds, only, quick, progress }) {
    const [gpu] = detectGpus();
    const build = findBuild('gpu');
    if (gpu === undefined) return { skipped: 'No NVIDIA GPU was seen.' };
    if (!build.found) return { skipped: build.reason };
    const python = pythonWith(torchPackages);
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-bench-'));
    const file = path.join(folder, 'case.json');
    const script = (of: string) => path.join(import.meta.dirname, 'trainStep', of);
    const env = {
      ...{ TF_CPP_MIN_LOG_LEVEL: '3', TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_NUM_INTEROP_THREADS: '1' },
      OMP_NUM_THREADS: String(availableParallelism()),
    };
    const node = { file: process.execPath, env };
    const commands = [
      { name: ours, ...node, values: [script('upsize.ts'), file, 'gpu'] },
      { name: processor, ...node, values: [script('upsize.ts'), file] },
      { name: stock, ...node, values: [script('stockTfjs.ts'), file, 'gpu'], rounds: 1 },
      { name: torch, file: python, env, values: [script('torchPeer.py'), file, 'gpu'] },
    ];
    const rows: BenchRow[] = [];
    try {
      const cases = trainStepCases().filter(({ name }) => name.includes(only));
      for (const work of quick ? cases.slice(0, 1) : cases) {
        writeFileSync(file, JSON.stringify(work));
        const figures = await interleave(commands, {
          ...{ rounds, seconds, unitsPerStep: work.batch, oneAtATime: false },
        });
        for (const peer of [processor, stock, torch]) {
          const row = benchRow({
            ...{ case: `${work.name}, ${gpu}`, unit: 'images/s', better: 'more', goal: null },
            ...{ upsize: figures.get(ours) ?? [], peer: { name: peer, values: figures.get(peer) ?? [] } },
          });
          progress(`${work.name}: ${row.upsize.median.toFixed(0)}, ${row.ratio?.toFixed(2)} × ${peer}`);
          rows.push(row);
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return rows;
  },
};
