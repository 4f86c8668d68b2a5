import { isLive } from '../../trainer/protocol/runState.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';

/** Whether another stage can start from a run's weights. */
export function canBeParent(run: Run): boolean {
  return run.state === 'completed' || (!isLive(run.state) && run.overview.bestEpoch !== null);
}

/** Whether a run has looked at its validation images: what the confusion matrix and the hardest images are made of. */
export function isEvaluated(run: Run): boolean {
  return run.overview.isEvaluated;
}
