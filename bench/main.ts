/**
 * Runs benchmarks: `npm run bench` (all) or `npm run bench -- NAME…`, with `--check` to end with 1 when a goal is missed,
 * `--rounds N`, `--seconds N` (of one measurement), `--only TEXT` (cases whose names contain it), `--photos DIR` (a folder
 * of class folders, in place of the generated sample; else `UPSIZE_PHOTOS`) and `--quick` (little work, for development).
 * Each prints its table and writes `bench/results/<name>.json`, `.md` and its place in `docs/benchmarks.md`: with `--only` beside
 * what was measured of other cases on the same machine, with `--quick` nothing. A bench that fails is named at the end, which is
 * then 1; the others are measured all the same.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchRow } from './bench.ts';
import { benches } from './benches.ts';
import { writeBenchmarksPage } from './benchmarksPage.ts';
import { type BenchReport, readLoad, readMachine, toMarkdown, verdict, withEarlierCases } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string', default: '' },
    photos: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const { quick, only } = values;
const rounds = Number(values.rounds ?? (quick ? 2 : 7));
const seconds = Number(values.seconds ?? (quick ? 0.5 : 2));
if (!(Number.isInteger(rounds) && rounds >= 1 && seconds > 0)) {
  throw new Error(`--rounds ${rounds} --seconds ${seconds}: a whole number from 1, and a number above 0.`);
}
const photos = values.photos ?? process.env.UPSIZE_PHOTOS ?? null;
if (photos !== null && !existsSync(photos)) throw new Error(`--photos ${photos}: there is no such folder.`);
const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  throw new Error(`There is no bench ${unknown.join(', ')}. Benches: ${Object.keys(benches).join(', ')}.`);
}

let missed = false;
const broken: string[] = [];
for (const name of Object.keys(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  try {
    const rows = await runBench(name);
    missed ||= rows.some(({ met }) => !met);
  } catch (error) {
    // The others still count: hours of measuring must not be lost to one peer that cannot be installed.
    console.error(`bench: ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    broken.push(name);
  }
}
if (broken.length > 0) console.log(`BROKEN ${broken.join(', ')}: measured nothing; why stands above.`);
if (broken.length > 0 || (values.check && missed)) process.exitCode = 1;

async function runBench(name: string): Promise<BenchRow[]> {
  const bench = await benches[name]?.();
  if (!bench) return [];
  const loadBefore = readLoad();
  const measured = await bench.run({
    rounds,
    seconds,
    only,
    quick,
    photos: photos === null ? null : path.resolve(photos),
    progress: (line) => console.error(`bench: ${name}: ${line}`),
  });
  if ('skipped' in measured) {
    console.log(`SKIPPED ${name}: ${measured.skipped}`);
    return [];
  }
  const rows = measured;
  const report: BenchReport = {
    ...{ version: 2, name, title: bench.title, time: new Date().toISOString(), rounds, seconds },
    ...{ machine: readMachine(), loadBefore, loadAfter: readLoad(), rows },
  };
  if (!quick) keep(report);
  console.log(toMarkdown(report));
  console.log(verdict(bench, rows));
  return rows;
}

function keep(report: BenchReport): void {
  const folder = path.join(import.meta.dirname, 'results');
  const file = path.join(folder, `${report.name}.json`);
  // Written by this program.
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BenchReport) : null;
  const whole = only === '' ? report : withEarlierCases(report, earlier);
  if (whole === null) {
    console.error(
      `bench: ${report.name}: not kept: ${file} is of another machine. Without --only all is measured anew.`,
    );
    return;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`);
  const table = toMarkdown(whole);
  writeFileSync(path.join(folder, `${report.name}.md`), table);
  writeBenchmarksPage(report.name, table);
}
