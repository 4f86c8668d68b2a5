import type * as z from 'zod';
import type { configSchema } from '../trainer/protocol/config.ts';
import type { Bench, BenchRow } from './bench.ts';
import { photoFolder } from './benchPhotos.ts';
import { benchRow } from './benchRow.ts';
import { BenchWorkspace } from './trainedRun.ts';

type Config = z.input<typeof configSchema>;

const nets: readonly { name: string; model: NonNullable<Config['model']>; size: number }[] = [
  { name: 'small net, 48 px', model: { filters: [16, 16], denseUnits: 64 }, size: 48 },
  { name: 'default net, 48 px', model: {}, size: 48 },
  { name: 'default net, 96 px', model: {}, size: 96 },
  { name: 'flatten head, 96 px', model: { head: 'flatten' }, size: 96 },
];

/** The share of a real run's training time that goes into writing checkpoints. */
export const checkpointBench: Bench = {
  name: 'checkpoint',
  title:
    'The share of the time of a real run, from its first step to its last epoch, that goes into checkpoints (`last` and `best` after each epoch), on the sample. One run a figure.',
  async run({ rounds, only, quick, progress }) {
    const dataset = await photoFolder(null, quick ? 120 : 2000);
    const rows: BenchRow[] = [];
    for (const { name, model, size } of nets.filter((net) => net.name.includes(only)).slice(0, quick ? 1 : undefined)) {
      const workspace = new BenchWorkspace();
      try {
        const shares: number[] = [];
        for (let round = 0; round < Math.min(rounds, 2); round++) {
          const stages = [{ size, epochs: quick ? 2 : 5 }];
          const run = await workspace.train({
            dataset,
            model,
            engine: 'native',
            stages,
            training: { earlyStopping: false },
          });
          const writing = workspace.events(run, 'checkpoint').reduce((sum, { seconds }) => sum + seconds, 0);
          const training = workspace.events(run, 'epoch').reduce((sum, { seconds }) => sum + seconds, 0);
          shares.push((100 * writing) / (writing + training));
        }
        progress(`${name}: ${shares.map((share) => share.toFixed(2)).join(', ')} %`);
        rows.push(benchRow({ case: name, unit: '%', better: 'less', upsize: shares, goal: { atMost: 2 } }));
      } finally {
        workspace.remove();
      }
    }
    return rows;
  },
};
