import { spawnSync } from 'node:child_process';
import { platform } from 'node:os';
import path from 'node:path';
import type { Bench, BenchRow } from './bench.ts';
import { benchRow } from './benchRow.ts';
import { makeManyImages } from './manyImages.ts';
import { median } from './statistics.ts';
import { BenchWorkspace } from './trainedRun.ts';

/**
 * Training on more images than memory holds: the decoded images are twice the limit that the trainer's control group has,
 * page cache included. And what the trainer's memory grows by with the number of images.
 */
export const largerThanMemoryBench: Bench = {
  name: 'larger-than-memory',
  title:
    'Epochs from the second on of the small net at 96 px on decoded images of twice the memory that the trainer may use (a control group, page cache included) beside the same run without a limit; and resident memory by the number of images, at 16 px.',
  async run({ rounds, only, quick, progress }) {
    const rows: BenchRow[] = [];
    if ('epoch'.includes(only) || only === '')
      rows.push(...(await underLimit(quick ? 1 : Math.min(rounds, 2), quick, progress)));
    if ('resident memory'.includes(only) || only === '')
      rows.push(...(await residentMemory(quick ? [200, 400] : [1000, 10_000, 100_000], progress)));
    return rows;
  },
};

const side = 96;

async function underLimit(rounds: number, quick: boolean, progress: (line: string) => void): Promise<BenchRow[]> {
  const count = quick ? 2000 : 40_000;
  const bytes = count * side * side * 3;
  const limitBytes = Math.max(400_000_000, Math.round(bytes / 2));
  const limit = memoryLimit(limitBytes);
  if (limit === null) {
    progress('no control group can be made here: the limit is left out');
    return [];
  }
  const workspace = new BenchWorkspace();
  try {
    const dataset = await makeManyImages(path.join(workspace.folder, 'images'), count, side);
    const config = {
      dataset,
      engine: 'native' as const,
      model: { filters: [8, 8], denseUnits: 16 },
      stages: [{ size: side, epochs: 3 }],
      training: { earlyStopping: false as const },
    };
    const [inMemory, limited]: [number[], number[]] = [[], []];
    await workspace.train({ ...config, stages: [{ size: side, epochs: 1 }] });
    for (let round = 0; round < rounds; round++) {
      for (const [times, command] of [
        [inMemory, []],
        [limited, limit],
      ] as const) {
        const run = await workspace.train(config, [], command);
        const epochs = workspace.events(run, 'epoch').slice(1);
        times.push(median(epochs.map(({ seconds, evaluationSeconds }) => seconds - evaluationSeconds)));
      }
      progress(
        `round ${round + 1}: ${inMemory.at(-1)?.toFixed(1)} s without, ${limited.at(-1)?.toFixed(1)} s with the limit`,
      );
    }
    return [
      benchRow({
        ...{
          case: `epoch, ${(bytes / 1e9).toFixed(1)} GB under ${(limitBytes / 1e9).toFixed(1)} GB`,
          unit: 's',
          better: 'less',
        },
        ...{
          upsize: limited,
          peer: { name: 'without a limit', values: inMemory },
          goal: { ratio: 1 / 1.15, lower: 0 },
        },
      }),
    ];
  } finally {
    workspace.remove();
  }
}

async function residentMemory(counts: readonly number[], progress: (line: string) => void): Promise<BenchRow[]> {
  const found: number[] = [];
  for (const count of counts) {
    const workspace = new BenchWorkspace();
    try {
      const dataset = await makeManyImages(path.join(workspace.folder, 'images'), count, 16);
      const run = await workspace.train({
        dataset,
        engine: 'native',
        model: { filters: [8, 8], denseUnits: 16 },
        stages: [{ size: 16, epochs: 1 }],
        training: { earlyStopping: false, batchSize: 256 },
      });
      const bytes = workspace.events(run, 'epoch').at(-1)?.rssBytes ?? NaN;
      progress(`${count} images: ${(bytes / 1e6).toFixed(0)} MB`);
      found.push(bytes / 1e6);
    } finally {
      workspace.remove();
    }
  }
  const [first = NaN] = found;
  // Flat: what 100,000 images add is less than half of what the trainer takes for 1,000.
  return found.map((megabytes, at) =>
    benchRow({
      ...{ case: `resident memory, ${counts[at]} images`, unit: 'MB', better: 'less', upsize: [megabytes] },
      ...{
        peer: { name: `${counts[0]} images`, values: [first] },
        goal: at === 0 ? null : { ratio: 1 / 1.5, lower: 0 },
      },
    }),
  );
}

/** The command that starts a process under a memory limit, page cache and children included; null where there is none. */
function memoryLimit(bytes: number): string[] | null {
  if (platform() !== 'linux') return null;
  const scope = ['systemd-run', '--scope', '--quiet', '-p', `MemoryMax=${bytes}`, '-p', 'MemorySwapMax=0'];
  const user = [scope[0] ?? '', '--user', ...scope.slice(1)];
  const works = [scope, user].find(
    (command) => spawnSync(command[0] ?? '', [...command.slice(1), 'true']).status === 0,
  );
  if (works) return works;
  const group = `/sys/fs/cgroup/memory/upsize-bench-${process.pid}`;
  const script = `mkdir -p ${group} && echo ${bytes} > ${group}/memory.limit_in_bytes && echo $$ > ${group}/cgroup.procs && exec "$@"`;
  const command = ['sh', '-c', script, 'limited'];
  if (spawnSync('sh', ['-c', script, 'limited', 'true']).status !== 0) return null;
  return command;
}
