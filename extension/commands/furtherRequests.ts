import type { Run } from '../../trainer/protocol/runSummary.ts';
import { requestLike } from '../trainer/requestLike.ts';
import type { StageChanges, TrainRequest } from '../trainer/trainArguments.ts';

/** Where a request goes on to when all stages of the config are trained. */
export type AfterLast = { size: number } | 'fineTune' | 'newLadder';

/** The config and the changes that a request came with: whatever is decided about it, they hold. */
function kept({ config, changes }: TrainRequest): Pick<TrainRequest, 'config' | 'changes'> {
  return { ...(config === undefined ? {} : { config }), ...(changes === undefined ? {} : { changes }) };
}

/** A request after the last stage, whose run is `last`, as the user decided. */
export function requestAfterLast(
  request: TrainRequest,
  last: string,
  run: Run | undefined,
  next: AfterLast,
): TrainRequest {
  if (next === 'newLadder') return { what: 'newLadder', ...kept(request) };
  if (next !== 'fineTune') {
    return { what: 'next', from: last, ...kept(request), changes: { ...request.changes, ...next } };
  }
  const fine = fineTuneRequest(last, run);
  const { extend, freeze } = fine.changes;
  return { ...fine, ...kept(request), changes: { ...fine.changes, ...request.changes, extend, freeze } };
}

/** The stage of an unfinished run once more beside it: as it was asked for then, with what is asked for now. */
export function requestAgain(request: TrainRequest, run: Run | undefined): TrainRequest {
  if (!run) return request;
  const again = requestLike(run);
  return { ...again, ...kept(request), changes: { ...again.changes, ...request.changes } };
}

/** All layers of a run, at the same size and a tenth of the rate. */
export function fineTuneRequest(
  from: string,
  run: Run | undefined,
): TrainRequest & { changes: Required<Pick<StageChanges, 'extend' | 'freeze' | 'learningRate'>> & StageChanges } {
  const stage = run?.manifest.config.stage;
  const learningRate = stage === undefined ? 1e-4 : Number((stage.training.learningRate / 10).toPrecision(3));
  const size = stage === undefined ? {} : { size: stage.size };
  return {
    what: 'next',
    from,
    changes: { ...size, extend: { strategy: 'resize' }, freeze: 'none', learningRate },
  };
}
