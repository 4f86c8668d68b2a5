import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { encodeEvent } from '../trainer/protocol/events.ts';
import { runPaths } from '../trainer/protocol/runPaths.ts';
import { runIndexFile } from '../trainer/protocol/runIndex.ts';
import { RunStore } from '../trainer/protocol/runStore.ts';
import type { Bench, BenchRow } from './bench.ts';
import { benchRow } from './benchRow.ts';
import { recordedRuns } from './runStore/recordedRuns.ts';

const lister = path.join(import.meta.dirname, 'runStore', 'list.ts');
const timeSchema = z.object({ runs: z.number(), milliseconds: z.number() });
const timesSchema = z.tuple([timeSchema, timeSchema]);

/** How long it takes to list ten thousand runs, as the command line and the Runs view list them. */
export const runStoreBench: Bench = {
  name: 'run-store',
  title:
    'Runs of 12 epochs, in ladders of three, listed with all that `upsize runs` and the Runs view show of them, each time by a new program. The index: what an earlier program left in the cache; each run folder is looked at in any case.',
  run({ rounds, only, quick, progress }) {
    const count = quick ? 300 : 10_000;
    const rows: BenchRow[] = [];
    const workspace = recordedRuns(count);
    const list = () => listedAnew(workspace.directory, count);
    try {
      const none: number[] = [];
      const index: number[] = [];
      const again: number[] = [];
      const changed: number[] = [];
      for (let round = 0; round < rounds; round++) {
        rmSync(runIndexFile(workspace.directory), { force: true });
        none.push(list()[0]);
        const [fresh, followed] = list();
        index.push(fresh);
        again.push(followed);
        touchTen(workspace.directory, round);
        changed.push(list()[0]);
        progress(JSON.stringify({ none: none.at(-1), index: fresh, again: followed, changed: changed.at(-1) }));
      }
      const row = (name: string, upsize: number[], atMost?: number) => {
        const named = `${count} runs, ${name}`;
        const goal = atMost === undefined ? null : { atMost };
        if (named.includes(only)) rows.push(benchRow({ case: named, unit: 'ms', better: 'less', upsize, goal }));
      };
      row('with the index', index, 200);
      row('ten of them changed since', changed, 200);
      row('looked at again by the same program', again, 200);
      row('without an index', none);
    } finally {
      workspace.remove();
    }
    return Promise.resolve(rows);
  },
};

/** Milliseconds of a new program's first list and of its second. Throws where it does not list all runs. */
function listedAnew(workspace: string, count: number): [first: number, second: number] {
  const times = timesSchema.parse(
    JSON.parse(execFileSync(process.execPath, [lister, workspace], { encoding: 'utf8' })),
  );
  for (const { runs } of times) if (runs !== count) throw new Error(`${runs} of ${count} runs were listed.`);
  return [times[0].milliseconds, times[1].milliseconds];
}

/** Something is said of ten runs, as an evaluation of test images would. */
function touchTen(workspace: string, round: number): void {
  const store = new RunStore(workspace);
  for (const id of store.ids().slice(round * 10, round * 10 + 10)) {
    const event = { type: 'log', level: 'information', message: 'Looked at again.' } as const;
    appendFileSync(runPaths(path.join(store.runsDirectory, id)).events(1), encodeEvent(event, 1000, Date.now()));
  }
}
