import { availableParallelism, cpus, freemem, loadavg, release, totalmem, type } from 'node:os';
import type { Bench, BenchRow, Figure } from './bench.ts';

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

/** A row of a report, which may be older than others. */
export interface MeasuredRow extends BenchRow {
  /** When it was measured, ISO 8601; absent where that was with the newest. */
  measured?: string;
}

/** What `bench/results/<name>.json` holds. */
export interface BenchReport {
  version: 2;
  name: string;
  title: string;
  time: string;
  rounds: number;
  seconds: number;
  machine: Machine;
  loadBefore: Load;
  loadAfter: Load;
  rows: MeasuredRow[];
}

/**
 * A report of some cases, with the other cases of an earlier one on the same machine: long benches can be measured case by case.
 * Cases keep their places. Null where the earlier one is of another machine, whose figures do not belong beside these. Pure.
 */
export function withEarlierCases(report: BenchReport, earlier: BenchReport | null): BenchReport | null {
  if (earlier === null) return report;
  if (JSON.stringify(earlier.machine) !== JSON.stringify(report.machine)) return null;
  const cases = new Set(report.rows.map((row) => row.case));
  const waiting = new Set(cases);
  const kept = earlier.rows.flatMap((row): MeasuredRow[] => {
    if (!cases.has(row.case)) return [{ measured: earlier.time, ...row }];
    return waiting.delete(row.case) ? report.rows.filter((newer) => newer.case === row.case) : [];
  });
  return { ...report, rows: [...kept, ...report.rows.filter((row) => waiting.has(row.case))] };
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

/** True where, before the bench, other work kept more than half of the threads busy: figures then say little. */
export function isBusy({ machine, loadBefore }: Pick<BenchReport, 'machine' | 'loadBefore'>): boolean {
  return (loadBefore.averages[0] ?? 0) > machine.threads / 2;
}

/** The report as Markdown, for `docs/benchmarks.md`. */
export function toMarkdown(report: BenchReport): string {
  const { machine, rows } = report;
  const earlier = rows.filter(({ measured }) => measured !== undefined).length;
  const lines = [
    `### ${report.name}`,
    '',
    `${report.title} ${report.rounds} interleaved rounds of about ${report.seconds} s each, medians, 95 % intervals of the median ratio ` +
      `(of Upsize's own figure where there is no peer). A ratio above 1 means that Upsize is better. ` +
      `${machine.processor}, ${machine.threads} threads, ${machine.system}, Node ${machine.node}; ` +
      `load average ${report.loadBefore.averages[0]} before and ${report.loadAfter.averages[0]} after.` +
      (earlier === 0 ? '' : ` ${earlier} of the ${rows.length} rows were measured before, on the same machine.`),
    ...(isBusy(report) ? ['', '**Measured on a busy machine: take the figures as a hint.**'] : []),
    '',
    '| case | unit | Upsize | peer | | ratio | 95 % | goal | |',
    '|---|---|---:|---|---:|---:|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.case} | ${row.unit} | ${figureText(row.upsize)} | ${row.peer?.name ?? '–'} | ` +
        `${row.peer ? figureText(row.peer) : '–'} | ${row.ratio?.toFixed(2) ?? '–'} | ${intervalText(row)} | ` +
        `${goalText(row)} | ${verdictOf(row)} |`,
    ),
    '',
  ];
  return lines.join('\n');
}

/** The line that says how a bench went. */
export function verdict({ name }: Pick<Bench, 'name'>, rows: readonly BenchRow[]): string {
  const withGoal = rows.filter(({ goal }) => goal !== null);
  const missed = withGoal.filter(({ met }) => !met);
  if (missed.length === 0) return `${name}: all ${withGoal.length} goals met.`;
  return [
    `${name}: MISSED ${missed.length} of ${withGoal.length} goals:`,
    ...missed.map((row) => {
      const found = `${number(row.upsize.median)} ${row.unit}`;
      const beside = row.peer ? `, ${row.ratio?.toFixed(2)} × ${row.peer.name}` : '';
      return `  MISSED ${row.case}: ${found}${beside} (${intervalText(row)}), goal ${goalText(row)}`;
    }),
  ].join('\n');
}

function verdictOf({ goal, met }: BenchRow): string {
  if (goal === null) return '';
  return met ? 'met' : '**MISSED**';
}

function goalText({ goal, unit }: BenchRow): string {
  if (goal === null) return '–';
  return 'atMost' in goal ? `≤ ${goal.atMost} ${unit}` : `≥ ${Number(goal.ratio.toFixed(2))} ×`;
}

function intervalText({ interval, ratio }: BenchRow): string {
  return interval.map((end) => (ratio === null ? number(end) : end.toFixed(2))).join('–');
}

function figureText({ median, spread }: Figure): string {
  return `${number(median)} (${spread.map(number).join('–')})`;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
