/** Lists the runs of the workspace folder that it is given, as `upsize runs` and the Runs view do, twice; prints the milliseconds. */
import { argv } from 'node:process';
import { runRows } from '../../trainer/protocol/runRow.ts';
import { RunStore } from '../../trainer/protocol/runStore.ts';

const store = new RunStore(argv[2] ?? '');
const times = [0, 1].map(() => {
  const started = performance.now();
  const rows = runRows(store.list().runs);
  return { runs: rows.length, milliseconds: performance.now() - started };
});
console.log(JSON.stringify(times));
