import type { Run } from '../../trainer/protocol/runSummary.ts';
import type { PlanAnswer, ResumeAnswer } from '../trainer/trainAnswers.ts';
import type { TrainRequest } from '../trainer/trainArguments.ts';
import { choose } from './ask.ts';
import { Declined } from './declined.ts';
import { requestAfterLast, requestAgain, type AfterLast } from './furtherRequests.ts';

/** What the user wants where the trainer could not know it: another request, or a run to resume. */
export type Decision = { request: TrainRequest } | { resume: string };

type Refusal = Exclude<PlanAnswer, { outcome: 'wouldTrain' }>;

/** What can be done about a run that did not finish, in words; `size` is that of one stage more. */
function unfinishedChoices(size: number) {
  return {
    resume: { label: 'Resume it', detail: 'From its last checkpoint, as if it had not stopped' },
    continueFromBest: {
      label: 'Train the next stage from its best epoch',
      detail: 'The rest of this stage is given up',
    },
    growFromBest: {
      label: `Train at ${size} px from its best epoch`,
      detail: 'One stage more than the config has; the rest of this stage is given up',
    },
    retrain: {
      label: 'Train this stage again',
      detail: 'As a new run beside it, with the same epochs, rate and layers',
    },
  };
}

/** Asks what to do with a request that the trainer refused. Throws `Declined` where nothing can be done, or `Dismissed`. */
export async function decide(
  runsById: ReadonlyMap<string, Run>,
  request: TrainRequest,
  refusal: Refusal,
): Promise<Decision> {
  const { runId, message } = refusal;
  const run = runsById.get(runId);
  switch (refusal.outcome) {
    case 'busy':
      throw new Declined(message);
    case 'done': {
      const { suggestedSize } = refusal;
      const next = await choose<AfterLast>(message, [
        {
          label: `Train at ${suggestedSize} px`,
          detail: 'One stage more than the config has',
          value: { size: suggestedSize },
        },
        {
          label: 'Unfreeze and fine-tune',
          detail: 'All layers train at a tenth of the rate, at the same size',
          value: 'fineTune',
        },
        { label: 'Start a new ladder', detail: 'Again from the first stage', value: 'newLadder' },
      ]);
      return { request: requestAfterLast(request, runId, run, next) };
    }
    case 'choose': {
      const words = unfinishedChoices(refusal.suggestedSize);
      const choices = refusal.choices.map((choice) => ({ ...words[choice], value: choice }));
      const next = await choose(message, choices);
      if (next === 'resume') return { resume: runId };
      if (next === 'retrain') return { request: requestAgain(request, run) };
      const grown = next === 'growFromBest' ? { changes: { ...request.changes, size: refusal.suggestedSize } } : {};
      return { request: { ...request, what: 'next', from: runId, ...grown } };
    }
  }
}

const engineNames = { native: 'the native engine', wasm: 'the WASM engine' } as const;

/** Asks whether a run shall go on though it could not end with the very same weights, and with which engine then. */
export function decideResume({
  message,
  engine,
}: Extract<ResumeAnswer, { outcome: 'changed' }>): Promise<'native' | 'wasm' | 'retrain'> {
  return choose<'native' | 'wasm' | 'retrain'>(message, [
    {
      label: `Go on with ${engineNames[engine]}`,
      detail: 'From its last checkpoint; the run records what has changed',
      value: engine,
    },
    { ...unfinishedChoices(0).retrain, value: 'retrain' },
  ]);
}
