import type { BenchRow, Figure, Goal } from './bench.ts';
import { median, medianInterval, spread } from './statistics.ts';

/** What was measured for one row: a figure a round of each. */
export interface Measured {
  case: string;
  unit: string;
  better: BenchRow['better'];
  upsize: readonly number[];
  peer?: { name: string; values: readonly number[] };
  goal: Goal;
}

/**
 * Makes a row of figures. The ratio is taken round by round where both were measured in each, so that what else the
 * machine did falls on both; else against the peer's median. Throws where nothing was measured, or a goal names a ratio
 * and there is no peer.
 */
export function benchRow({ case: name, unit, better, upsize, peer, goal }: Measured): BenchRow {
  if (upsize.length === 0 || peer?.values.length === 0) throw new Error(`${name}: nothing was measured.`);
  const ratios = peer && ratiosOf(upsize, peer.values, better);
  const ratio = ratios ? median(ratios) : null;
  const interval = medianInterval(ratios ?? upsize);
  return {
    ...{ case: name, unit, better, upsize: figureOf(upsize) },
    peer: peer ? { name: peer.name, ...figureOf(peer.values) } : null,
    ...{ ratio, interval, goal },
    met: isMet(name, goal, { ratio, lower: interval[0], own: median(upsize) }),
  };
}

function figureOf(values: readonly number[]): Figure {
  return { median: median(values), spread: spread(values) };
}

function ratiosOf(upsize: readonly number[], peer: readonly number[], better: BenchRow['better']): number[] {
  const middle = median(peer);
  return upsize.map((own, round) => {
    const theirs = peer.length === upsize.length ? (peer[round] ?? middle) : middle;
    return better === 'more' ? own / theirs : theirs / own;
  });
}

function isMet(name: string, goal: Goal, found: { ratio: number | null; lower: number; own: number }): boolean {
  if (goal === null) return true;
  if ('atMost' in goal) return found.own <= goal.atMost;
  if (found.ratio === null) throw new Error(`${name}: its goal is a ratio, and there is no peer.`);
  return found.ratio >= goal.ratio && found.lower >= goal.lower;
}
