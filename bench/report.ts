import { availableParallelism, cpus, freemem, loadavg, release, totalmem, type } from 'node:os';
import type { Bench, BenchRow } from './bench.ts';

/** The machine that was measured on. */
export interface Machine {
  processor: string;
  threads: number;
  memoryBytes: number;
  system: string;
  node: string;
}

/** Load averages of 1, 5 and 15 minutes, and free memory. */
export interface Load {
  averages: number[];
  freeBytes: number;
}

/** What `bench/results/<name>.json` holds. */
export interface BenchReport {
  version: 1;
  name: string;
  title: string;
  time: string;
  rounds: number;
  seconds: number;
  machine: Machine;
  loadBefore: Load;
  loadAfter: Load;
  rows: BenchRow[];
}

/** What the machine is. */
export function readMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** How busy the machine is now. */
export function readLoad(): Load {
  return { averages: loadavg().map((value) => Number(value.toFixed(2))), freeBytes: freemem() };
}

/** True where more processes wanted a processor, before, than it has threads: figures then say little. */
export function isBusy({ machine, loadBefore }: Pick<BenchReport, 'machine' | 'loadBefore'>): boolean {
  return (loadBefore.averages[0] ?? 0) > machine.threads / 2;
}

/** The report as Markdown, for `docs/benchmarks.md`. */
export function toMarkdown(report: BenchReport): string {
  const { machine, rows } = report;
  const lines = [
    `### ${report.name}`,
    '',
    `${report.title} ${report.rounds} interleaved rounds of about ${report.seconds} s each, medians, 95 % intervals of the median ratio. ` +
      `${machine.processor}, ${machine.threads} threads, ${machine.system}, Node ${machine.node}; ` +
      `load average ${report.loadBefore.averages[0]} before and ${report.loadAfter.averages[0]} after.`,
    ...(isBusy(report) ? ['', '**Measured on a busy machine: take the figures as a hint.**'] : []),
    '',
    '| case | peer | Upsize | peer | ratio | 95 % | goal | |',
    '|---|---|---:|---:|---:|---|---:|---|',
    ...rows.map(
      (row) =>
        `| ${row.case} | ${row.peer} | ${figure(row.upsizeMedian)} (${row.upsizeSpread.map(figure).join('–')}) ${row.unit} | ` +
        `${figure(row.peerMedian)} (${row.peerSpread.map(figure).join('–')}) | ${row.ratio.toFixed(2)} | ` +
        `${row.interval.map((end) => end.toFixed(2)).join('–')} | ${row.goal.ratio} | ${row.met ? 'met' : '**MISSED**'} |`,
    ),
    '',
  ];
  return lines.join('\n');
}

/** The line that says how a bench went. */
export function verdict({ name }: Pick<Bench, 'name'>, rows: readonly BenchRow[]): string {
  const missed = rows.filter(({ met }) => !met);
  if (missed.length === 0) return `${name}: all ${rows.length} goals met.`;
  return [
    `${name}: MISSED ${missed.length} of ${rows.length} goals:`,
    ...missed.map(
      ({ case: name, peer, ratio, interval, goal }) =>
        `  MISSED ${name}: ${ratio.toFixed(2)} × ${peer} (${interval.map((end) => end.toFixed(2)).join('–')}), goal ${goal.ratio}`,
    ),
  ].join('\n');
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
