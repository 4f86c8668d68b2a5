import type { Run } from '../../trainer/protocol/runSummary.ts';
import { valAccuracyOf } from '../../trainer/protocol/runSummary.ts';
import { percent, timeLeft } from '../numbers.ts';
import { stageProgress } from './stageProgress.ts';

/** The status bar's line: `48 px · epoch 4/12 · 58.1 % · ~2 min left +1`; `where` is ` in <folder>` where there are several. */
export function statusText(run: Run, where: string, others: number): string {
  const { size } = run.manifest.config.stage;
  const progress = run.state === 'running' ? stageProgress(run) : null;
  const accuracy = valAccuracyOf(run.summary);
  const parts = [`${size} px${where}`];
  parts.push(progress ? `epoch ${progress.epoch}/${progress.epochs}` : run.state);
  if (accuracy !== null) parts.push(percent(accuracy));
  if (progress?.secondsLeft != null) parts.push(timeLeft(progress.secondsLeft));
  return `${parts.join(' · ')}${others > 0 ? ` +${others}` : ''}`;
}
