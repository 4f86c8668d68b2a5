/**
 * Runs benchmarks: `npm run bench` (all) or `npm run bench -- NAME…`, with `--check` to end with 1 when a goal is missed,
 * `--rounds N`, `--seconds N` (of one measurement) and `--only TEXT` (cases whose names contain it). Each writes
 * `bench/results/<name>.json` and `.md`, except with `--only`, and prints its table.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import { type BenchReport, readLoad, readMachine, toMarkdown, verdict } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
if (!(Number.isInteger(rounds) && rounds >= 1 && seconds > 0)) {
  throw new Error(
    `--rounds ${values.rounds} --seconds ${values.seconds}: a whole number from 1, and a number above 0.`,
  );
}
const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  throw new Error(`There is no bench ${unknown.join(', ')}. Benches: ${Object.keys(benches).join(', ')}.`);
}

let missed = false;
for (const [name, load] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const bench = await load();
  const loadBefore = readLoad();
  const rows = await bench.run({
    rounds,
    seconds,
    only: values.only,
    progress: (line) => console.error(`bench: ${name}: ${line}`),
  });
  const report: BenchReport = {
    ...{ version: 1, name, title: bench.title, time: new Date().toISOString(), rounds, seconds },
    ...{ machine: readMachine(), loadBefore, loadAfter: readLoad(), rows },
  };
  const table = toMarkdown(report);
  if (values.only === '') {
    const folder = path.join(import.meta.dirname, 'results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(path.join(folder, `${name}.md`), table);
  }
  console.log(table);
  console.log(verdict(bench, rows));
  missed ||= rows.some(({ met }) => !met);
}
if (values.check && missed) process.exitCode = 1;
