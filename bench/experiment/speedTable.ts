import { median, medianInterval } from '../statistics.ts';
import type { Contender } from './contenders.ts';
import type { SpeedResult } from './speedResult.ts';

/** CPU seconds until the validation accuracy of a run was first at least so high; null where it never was. */
export function secondsTo(accuracy: number, { curve }: Pick<SpeedResult, 'curve'>): number | null {
  return curve.find(([, value]) => value >= accuracy)?.[0] ?? null;
}

/**
 * The experiment's results as a Markdown table: for each contender its accuracy, and what share it took of the CPU seconds that a
 * baseline of the same seed needed, the quicker one where several got there: to the accuracy that the contender itself ended at, and to
 * the highest that a baseline ended at. Where a run never got to the latter, its whole time counts, as a lower bound, and how many those
 * are is said. Where no baseline got to the former, the run has no share of it.
 */
export function speedTable(
  results: readonly SpeedResult[],
  { budget, contenders }: { budget: number; contenders: readonly Contender[] },
): string {
  const runs = results.filter((one) => one.kind === 'run' && one.budget === budget);
  const lines = [
    '| contender | seeds | learning rate | val_accuracy | test accuracy | CPU s in all | to its own accuracy: CPU s | share of the baseline’s | to the baseline’s accuracy: share | not reached |',
    '|---|---|---|---|---|---|---|---|---|---|',
  ];
  for (const { name } of contenders) {
    const own = runs.filter((one) => one.contender === name);
    if (own.length === 0) continue;
    const baselines = own.map(({ seed }) => baselinesOf(runs, contenders, seed));
    const toOwn = own.map((run) => secondsTo(run.accuracy, run) ?? run.cpuSeconds);
    const ownShares = own.flatMap((run, index) => {
      const seconds = quickest(baselines[index] ?? [], run.accuracy);
      return seconds === null ? [] : [(toOwn[index] ?? NaN) / seconds];
    });
    const shares = own.flatMap((run, index) => {
      const highest = Math.max(...(baselines[index] ?? []).map(({ accuracy }) => accuracy));
      const seconds = quickest(baselines[index] ?? [], highest);
      if (seconds === null) return [];
      const reached = secondsTo(highest, run);
      return [{ share: (reached ?? run.cpuSeconds) / seconds, isReached: reached !== null }];
    });
    const missed = shares.filter(({ isReached }) => !isReached).length;
    const cells = [
      name,
      String(own.length),
      [...new Set(own.map(({ rate }) => rate))].join(', '),
      percent(own.map(({ accuracy }) => accuracy)),
      percent(own.map(({ testAccuracy }) => testAccuracy ?? NaN)),
      whole(own.map(({ cpuSeconds }) => cpuSeconds)),
      whole(toOwn),
      shareOf(ownShares),
      `${2 * missed > own.length ? '> ' : ''}${shareOf(shares.map(({ share }) => share))}`,
      missed === 0 ? '' : String(missed),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

function baselinesOf(runs: readonly SpeedResult[], contenders: readonly Contender[], seed: number): SpeedResult[] {
  const names = contenders.filter(({ role }) => role === 'baseline').map(({ name }) => name);
  return runs.filter((one) => one.seed === seed && names.includes(one.contender));
}

/** The fewest CPU seconds that one of these runs took to an accuracy; null where none got there. */
function quickest(runs: readonly SpeedResult[], accuracy: number): number | null {
  const seconds = runs.flatMap((run) => secondsTo(accuracy, run) ?? []);
  return seconds.length === 0 ? null : Math.min(...seconds);
}

function shareOf(shares: readonly number[]): string {
  return shares.length === 0 ? '–' : withInterval(shares, (value) => value.toFixed(2));
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
