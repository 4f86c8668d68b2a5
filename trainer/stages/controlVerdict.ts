import { pairedInterval } from '../evaluation/pairedInterval.ts';
import { pairedImages, stageDelta } from '../evaluation/stageDelta.ts';
import { percent, points } from '../protocol/numberFormats.ts';
import type { Evaluation } from '../protocol/runFolder.ts';
import type { Run } from '../protocol/runSummary.ts';
import { recordedEvaluation } from './ancestors.ts';

/** Whether progressive resizing paid: a ladder against its control, on the validation images that both scored. */
export interface ControlVerdict {
  /** Id of the control run. */
  controlId: string;
  computeBudgetSeconds: number;
  images: number;
  ladderAccuracy: number;
  controlAccuracy: number;
  /** The ladder's accuracy less the control's, in shares of 1, with its 95 % interval. */
  difference: number;
  interval: [low: number, high: number];
  /** Two-sided exact McNemar test. */
  pValue: number;
  outcome: 'paid' | 'didNotPay' | 'open';
  /** All of it as a sentence. */
  message: string;
}

/** The verdict about a run by the newest completed control of it, or null where there is none. */
export function controlVerdictOf(run: Run, runs: readonly Run[]): ControlVerdict | null {
  const control = runs.findLast((one) => one.overview.controlOf === run.id && one.state === 'completed');
  const asked = control?.manifest.config.control;
  if (!control || !asked) return null;
  const [ladderScores, controlScores] = [run, control].map((one) => recordedEvaluation(one, 'validation'));
  if (!ladderScores || !controlScores || pairedImages(controlScores, ladderScores).length === 0) return null;
  return { controlId: control.id, ...asked, ...judge(controlScores, ladderScores, run.manifest.config.stage.size) };
}

/** Holds the ladder's records against the control's. Throws when they share no image. */
export function judge(
  control: Evaluation,
  ladder: Evaluation,
  size: number,
): Omit<ControlVerdict, 'controlId' | 'computeBudgetSeconds'> {
  const { shared, fixed, broken, accuracyBefore, accuracyAfter, pValue } = stageDelta(control, ladder);
  const interval = pairedInterval(fixed.length, broken.length, shared);
  const [low, high] = interval;
  const outcome = low > 0 ? 'paid' : high < 0 ? 'didNotPay' : 'open';
  const difference = accuracyAfter - accuracyBefore;
  const words = {
    paid: 'Progressive resizing paid',
    didNotPay: 'Progressive resizing did not pay',
    open: 'It cannot be told whether progressive resizing paid',
  }[outcome];
  const message =
    `${words}: ${points(difference)} (95 % interval ${points(low)} to ${points(high)}, p = ${pValue.toPrecision(2)}) over the same network trained ` +
    `at ${size} px alone for the same time, ${percent(accuracyAfter)} against ${percent(accuracyBefore)} on ${shared} validation images. One seed; both were selected on these images.`;
  return {
    images: shared,
    ladderAccuracy: accuracyAfter,
    controlAccuracy: accuracyBefore,
    difference,
    interval,
    pValue,
    outcome,
    message,
  };
}
