// `npm test`: lint, types and every test suite. Nothing stops it before the end: all suites run, whatever fails, and the last
// line says how many tests passed, failed and were skipped. Words after `--` choose suites and test files.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { testSuites, type TestSuite } from './testSuites.ts';

const repository = path.dirname(import.meta.dirname);
const words = process.argv.slice(2);
const soak = words.includes('--soak');
/** A suite that hangs must not hang everything. */
const limitMs = soak ? 5 * 3_600_000 : 20 * 60_000;

interface Counts {
  passed: number;
  failed: string[];
  skipped: string[];
}

interface Result extends Counts {
  suite: TestSuite;
  seconds: number;
}

const scratch = mkdtempSync(path.join(os.tmpdir(), 'upsize-test-'));
const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    rmSync(scratch, { recursive: true, force: true });
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}

const suites = testSuites(
  repository,
  words.filter((word) => word !== '--soak'),
  soak,
);
if (suites.length === 0) {
  console.error(`There are no tests for ${words.join(' ')}.`);
  process.exit(2);
}
const started = performance.now();
const results: Result[] = [];
// Lint and types take one core between them; the unit tests have the other. What runs real children comes after both.
const [besideSuites, testSuitesInOrder] = [
  suites.filter(({ beside }) => beside),
  suites.filter(({ beside }) => !beside),
];
const checks = inOrder(besideSuites, true);
const [first, ...others] = testSuitesInOrder;
if (first) await inOrder([first], besideSuites.length > 0);
await checks;
await inOrder(others, false);
report();
rmSync(scratch, { recursive: true, force: true });

async function inOrder(list: readonly TestSuite[], quiet: boolean): Promise<void> {
  for (const suite of list) results.push(await runSuite(suite, quiet));
}

/** Runs one suite. Where two run at once each prints at its end, so that their lines do not mix. */
async function runSuite(suite: TestSuite, quiet: boolean): Promise<Result> {
  const begun = performance.now();
  const summaryFile = path.join(scratch, `${suite.name}.json`);
  const child = spawn(process.execPath, suite.command, {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --disable-warning=ExperimentalWarning`.trim(),
      UPSIZE_TEST_SUMMARY: summaryFile,
    },
  });
  running.add(child);
  let output = '';
  const take = (data: Buffer) => {
    output += data.toString();
    if (!quiet) process.stdout.write(data);
  };
  if (!quiet) console.log(`\n── ${suite.name}`);
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      resolve({ code: 1, signal: null });
    });
    child.once('close', (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
  });
  clearTimeout(limit);
  running.delete(child);
  const seconds = (performance.now() - begun) / 1000;
  if (quiet) console.log(`\n── ${suite.name}\n${output.trimEnd()}`);
  const ended =
    signal === null
      ? `exit code ${code}`
      : signal === 'SIGKILL' && seconds * 1000 >= limitMs
        ? `no end within ${limitMs / 60_000} min`
        : signal;
  return { suite, seconds, ...countsOf(suite, code === 0, ended, summaryFile) };
}

function countsOf(suite: TestSuite, isGood: boolean, ended: string, summaryFile: string): Counts {
  if (suite.counted === 'check') {
    return isGood ? { passed: 1, failed: [], skipped: [] } : { passed: 0, failed: [suite.name], skipped: [] };
  }
  const counts = readSummary(summaryFile);
  if (counts === null)
    return { passed: 0, failed: [`${suite.name}: ended before its first test (${ended})`], skipped: [] };
  // A process that died, or a hook that failed outside of any test, is a failure too.
  if (!isGood && counts.failed.length === 0) counts.failed.push(`${suite.name}: ended with ${ended}`);
  return counts;
}

function readSummary(file: string): Counts | null {
  try {
    const { finished, ...counts } = JSON.parse(readFileSync(file, 'utf8')) as Counts & { finished: boolean };
    if (!finished) counts.failed.push('the process ended before all its tests had run');
    return counts;
  } catch {
    return null;
  }
}

function report(): void {
  const sum = (count: (result: Result) => number) => results.reduce((total, result) => total + count(result), 0);
  console.log(`\n── summary (${duration((performance.now() - started) / 1000)})`);
  for (const { suite, passed, failed, skipped, seconds } of results) {
    const mark = failed.length > 0 ? '✗' : '✓';
    console.log(
      `${mark} ${suite.name.padEnd(10)}${String(passed).padStart(5)} passed${String(failed.length).padStart(4)} failed${String(skipped.length).padStart(4)} skipped  ${duration(seconds)}`,
    );
  }
  for (const { suite, skipped } of results)
    for (const title of skipped) console.log(`skipped: ${suite.name}: ${title}`);
  for (const { suite, failed } of results) for (const title of failed) console.log(`failed: ${suite.name}: ${title}`);
  const failures = sum(({ failed }) => failed.length);
  console.log(
    `${sum(({ passed }) => passed)} passed, ${failures} failed, ${sum(({ skipped }) => skipped.length)} skipped`,
  );
  process.exitCode = failures > 0 ? 1 : 0;
}

function duration(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
