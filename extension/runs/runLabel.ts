import { gainOver, type Gain } from '../../trainer/protocol/gain.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { valAccuracyOf } from '../../trainer/protocol/runSummary.ts';
import { stateTextOf } from '../../trainer/protocol/stateText.ts';
import { lineageOf } from '../../trainer/protocol/ladder.ts';
import { duration, percent, points, timeLeft } from '../numbers.ts';
import { stageProgress } from './stageProgress.ts';

const rungs = ['▁', '▃', '▅', '▇'];

/** The ladder sign of a run, with the place of its own rung in it: `▁▃▅ 96` and [1, 2] for the second stage of three. */
export function rungSign(size: number, sizes: readonly number[]): { text: string; own: [number, number] } {
  const steps = [...new Set([...sizes, size])].sort((a, b) => a - b);
  const shown = rungs.slice(0, Math.max(3, Math.min(rungs.length, steps.length)));
  const place = Math.min(shown.length - 1, steps.indexOf(size));
  return { text: `${shown.join('')} ${size}`, own: [place, place + 1] };
}

/** What a run added to its parent's val_accuracy on the same images. */
export function gainOf(run: Run, byId: ReadonlyMap<string, Run>): Gain {
  return gainOver(run, byId.get(run.manifest.parentId ?? ''));
}

/** What a run is doing or has come to, in a line: `59.3 % ▲ +6.2 · 4 min 12 s`, or `epoch 4/12 · 58.1 % · ~2 min left`. */
export function runDescription(run: Run, byId: ReadonlyMap<string, Run>): string {
  const accuracy = valAccuracyOf(run.summary);
  const { gain, otherImages } = gainOf(run, byId);
  const parts: string[] = [];
  if (run.state === 'queued') parts.push('queued');
  if (run.state === 'preparing') parts.push(preparing(run));
  if (run.state === 'evaluating') parts.push('evaluating');
  const progress = run.state === 'running' ? stageProgress(run) : null;
  if (progress) parts.push(`epoch ${progress.epoch}/${progress.epochs}`);
  if (accuracy !== null) parts.push(gain === null ? percent(accuracy) : `${percent(accuracy)} ${points(gain)}`);
  if (gain === null && otherImages) parts.push('other images');
  if (progress?.secondsLeft != null) parts.push(timeLeft(progress.secondsLeft));
  const isUnfinished = run.state === 'stopped' || run.state === 'interrupted' || run.state === 'failed';
  if (isUnfinished || run.ownership?.kind === 'elsewhere') parts.push(stateTextOf(run));
  const isOver = run.state === 'completed' || run.state === 'stopped' || run.state === 'interrupted';
  if (isOver && run.summary.seconds >= 1) parts.push(duration(run.summary.seconds));
  return parts.join(' · ');
}

function preparing(run: Run): string {
  const { progress } = run.summary;
  if (!progress || progress.total === 0) return 'preparing';
  return `${progress.phase} ${Math.floor((100 * progress.done) / progress.total)} %`;
}

/** A run in words that tell it from others: its name, else its size and place. */
export function runTitle(run: Run, byId: ReadonlyMap<string, Run>, name?: string): string {
  const sizes = lineageOf(run, byId).map((each) => each.manifest.config.stage.size);
  return name ?? `${sizes.join(' → ')} px`;
}
