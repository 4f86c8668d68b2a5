import { gainOver, type Gain } from '../../trainer/protocol/gain.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { stateTextOf } from '../../trainer/protocol/stateText.ts';
import { lineageOf } from '../../trainer/protocol/ladder.ts';
import { duration, percent, points, shortDuration, shortPoints, timeLeft } from '../numbers.ts';
import { stageProgress } from './stageProgress.ts';

/** How high the rungs of a ladder stand, by how many there are. */
const heights: Readonly<Record<number, string>> = { 3: '▃▅▇', 4: '▂▄▆█' };
const mostRungs = 4;

/** The ladder sign of a run: its own rung stands, the others lie: `▁▅▁ 96` for the second stage of three. */
export function rungSign(size: number, sizes: readonly number[]): string {
  const steps = [...new Set([...sizes, size])].sort((a, b) => a - b);
  const count = Math.max(3, Math.min(mostRungs, steps.length));
  const place = Math.min(count - 1, steps.indexOf(size));
  const rungs = Array.from({ length: count }, (_, rung) => (rung === place ? (heights[count]?.[rung] ?? '') : '▁'));
  return `${rungs.join('')} ${size}`;
}

/** What a run added to its parent's val_accuracy on the same images. */
export function gainOf(run: Run, byId: ReadonlyMap<string, Run>): Gain {
  return gainOver(run, byId.get(run.overview.parentId ?? ''));
}

/** How a line about a run says its figures. */
interface Wording {
  gain: (difference: number) => string;
  time: (seconds: number) => string;
  epoch: (epoch: number, epochs: number) => string;
  left: (seconds: number) => string;
}

const short: Wording = {
  gain: shortPoints,
  time: shortDuration,
  epoch: (epoch, epochs) => `${epoch}/${epochs}`,
  left: (seconds) => `~${shortDuration(seconds)}`,
};
const spoken: Wording = {
  gain: (difference) => `${points(difference)} points`,
  time: duration,
  epoch: (epoch, epochs) => `epoch ${epoch} of ${epochs}`,
  left: timeLeft,
};

/**
 * What a run is doing or has come to, in a line: `59.3 % +6.2 · 4 min`, or `58.1 % · 4/12 · ~2 min` for the epoch and the
 * time left. Short, and what counts most first: a view of the usual width cuts it at about 22 letters.
 */
export function runDescription(run: Run, byId: ReadonlyMap<string, Run>): string {
  return describe(run, byId, short);
}

/** The same to be read out. */
export function spokenDescription(run: Run, byId: ReadonlyMap<string, Run>): string {
  return describe(run, byId, spoken);
}

function describe(run: Run, byId: ReadonlyMap<string, Run>, wording: Wording): string {
  const accuracy = run.overview.valAccuracy;
  const { gain, otherImages } = gainOf(run, byId);
  const parts: string[] = [];
  if (run.state === 'queued') parts.push('queued');
  if (run.state === 'preparing') parts.push(preparing(run));
  if (run.state === 'evaluating') parts.push('evaluating');
  const progress = run.state === 'running' ? stageProgress(run) : null;
  if (accuracy !== null) {
    parts.push(gain === null || progress ? percent(accuracy) : `${percent(accuracy)} ${wording.gain(gain)}`);
  }
  if (progress) {
    parts.push(wording.epoch(progress.epoch, progress.epochs));
    if (progress.secondsLeft !== null) parts.push(wording.left(progress.secondsLeft));
    if (gain !== null) parts.push(wording.gain(gain));
  }
  const isUnfinished = run.state === 'stopped' || run.state === 'interrupted' || run.state === 'failed';
  if (isUnfinished || run.ownership?.kind === 'elsewhere') parts.push(stateTextOf(run));
  const isOver = run.state === 'completed' || run.state === 'stopped' || run.state === 'interrupted';
  if (isOver && run.overview.seconds >= 1) parts.push(wording.time(run.overview.seconds));
  if (gain === null && otherImages) parts.push('other images');
  return parts.join(' · ');
}

function preparing(run: Run): string {
  const { progress } = run.summary;
  if (!progress || progress.total === 0) return 'preparing';
  return `${progress.phase} ${Math.floor((100 * progress.done) / progress.total)} %`;
}

/** A run in words that tell it from others: its name, else its size and place. */
export function runTitle(run: Run, byId: ReadonlyMap<string, Run>, name?: string): string {
  const sizes = lineageOf(run, byId).map((each) => each.overview.size);
  return name ?? `${sizes.join(' → ')} px`;
}
