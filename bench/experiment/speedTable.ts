import { median, medianInterval } from '../statistics.ts';
import type { Contender } from './contenders.ts';
import type { SpeedResult } from './speedResult.ts';

/** CPU seconds until the validation accuracy of a run was first at least so high; null where it never was. */
export function secondsTo(accuracy: number, { curve }: Pick<SpeedResult, 'curve'>): number | null {
  return curve.find(([, value]) => value >= accuracy)?.[0] ?? null;
}

/**
 * The experiment's results as a Markdown table: for each contender its accuracy, and what share it took of the CPU seconds that a
 * baseline of the same seed needed to the highest accuracy that any of them ended at, the quicker one where both got there. Where a
 * run never got there, its whole time counts, as a lower bound, and is counted as missed.
 */
export function speedTable(
  results: readonly SpeedResult[],
  { budget, contenders }: { budget: number; contenders: readonly Contender[] },
): string {
  const runs = results.filter((one) => one.kind === 'run' && one.budget === budget);
  const lines = [
    '| contender | seeds | learning rate | val_accuracy | test accuracy | CPU s in all | CPU s to the baseline’s accuracy | share of the baseline’s time | not reached |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  for (const { name } of contenders) {
    const own = runs.filter((one) => one.contender === name);
    if (own.length === 0) continue;
    const targets = own.map(({ seed }) => targetOf(runs, contenders, seed));
    const reached = own.map((run, index) => {
      const target = targets[index];
      return target ? secondsTo(target.accuracy, run) : null;
    });
    const shares = own.flatMap((run, index) => {
      const target = targets[index];
      return target ? [(reached[index] ?? run.cpuSeconds) / target.seconds] : [];
    });
    const missed = targets.filter((target, index) => target && reached[index] === null).length;
    const cells = [
      name,
      String(own.length),
      [...new Set(own.map(({ rate }) => rate))].join(', '),
      percent(own.map(({ accuracy }) => accuracy)),
      percent(own.map(({ testAccuracy }) => testAccuracy ?? NaN)),
      whole(own.map(({ cpuSeconds }) => cpuSeconds)),
      whole(own.map((run, index) => reached[index] ?? run.cpuSeconds)),
      shares.length === 0 ? '–' : withInterval(shares, (value) => value.toFixed(2)),
      missed === 0 ? '' : String(missed),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

/** The highest accuracy that a baseline of a seed ended at, and how soon one had it. */
function targetOf(runs: readonly SpeedResult[], contenders: readonly Contender[], seed: number) {
  const names = contenders.filter(({ role }) => role === 'baseline').map(({ name }) => name);
  const baselines = runs.filter((one) => one.seed === seed && names.includes(one.contender));
  if (baselines.length === 0) return undefined;
  const accuracy = Math.max(...baselines.map((one) => one.accuracy));
  return { accuracy, seconds: Math.min(...baselines.map((one) => secondsTo(accuracy, one) ?? Infinity)) };
}

function percent(values: readonly number[]): string {
  return withInterval(values, (value) => (100 * value).toFixed(1));
}

function whole(values: readonly number[]): string {
  return withInterval(values, (value) => value.toFixed(0));
}

/** The median, and its 95 % interval where there are at least three values. */
function withInterval(values: readonly number[], show: (value: number) => string): string {
  const middle = show(median(values));
  if (values.length < 3) return middle;
  const [low, high] = medianInterval(values);
  return `${middle} (${show(low)}–${show(high)})`;
}
