import * as vscode from 'vscode';
import { inFolder } from '../folderName.ts';
import { expectedSeconds, planSentence } from '../trainer/planSentence.ts';
import { planAnswerSchema, startAnswerSchema, type PlanAnswer, type StartAnswer } from '../trainer/trainAnswers.ts';
import { trainArguments, type TrainRequest } from '../trainer/trainArguments.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { choose } from './ask.ts';
import { Declined } from './registerCommand.ts';

/** Of the command line: there is nothing to do, or something to choose first. */
export const choiceExitCode = 4;

/** What a command that trains gives back. */
export interface Started {
  runId: string;
}

/** What would be trained, without training it. */
export async function planTraining(
  { trainer }: UpsizeContext,
  folder: UpsizeFolder,
  request: TrainRequest,
): Promise<PlanAnswer> {
  return trainer.ask(planAnswerSchema, {
    args: [...trainArguments(withConfig(folder, request)), '--dry-run'],
    workspace: folder.path,
    accept: [0, choiceExitCode],
  });
}

/** Why nothing was started, and what there is to choose from. */
export type Refusal = Exclude<PlanAnswer, { outcome: 'wouldTrain' }>;

/** Starts what is asked for, or says why not and what could be chosen instead; asks nobody. */
export async function tryTraining(
  { trainer }: UpsizeContext,
  folder: UpsizeFolder,
  request: TrainRequest,
): Promise<StartAnswer> {
  const answer = await trainer.ask(startAnswerSchema, {
    args: [...trainArguments(withConfig(folder, request)), '--detach'],
    workspace: folder.path,
    accept: [0, choiceExitCode],
  });
  if (answer.outcome === 'started') await folder.refresh();
  return answer;
}

/**
 * Says in one line what will be trained and starts it. Asks where the user has to decide: about a run that did not finish, or
 * after the last stage.
 */
export async function startTraining(
  context: UpsizeContext,
  folder: UpsizeFolder,
  request: TrainRequest,
): Promise<Started> {
  const plan = await planTraining(context, folder, request);
  if (plan.outcome !== 'wouldTrain') return decide(context, folder, request, plan);
  const parent = plan.parentId === null ? null : (folder.runsById.get(plan.parentId) ?? null);
  const line = planSentence(plan.effective, parent, expectedSeconds(plan.effective, folder.runs));
  const sentence = plan.notice === null ? line : `${plan.notice} ${line}`;
  const answer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Upsize${inFolder(context.folders, folder)}: ${sentence}`,
    },
    () => tryTraining(context, folder, request),
  );
  return started(context, folder, answer, request);
}

/** Starts another attempt of a run that did not end by itself. */
export async function resumeTraining(context: UpsizeContext, folder: UpsizeFolder, runId: string): Promise<Started> {
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Upsize: resuming from the last checkpoint' },
    () => context.trainer.ask(startAnswerSchema, { args: ['resume', runId, '--detach'], workspace: folder.path }),
  );
  return started(context, folder, answer, { what: 'next' });
}

/** A request with the folder's active config where it names none. */
export function withConfig(folder: UpsizeFolder, request: TrainRequest): TrainRequest {
  const { file } = folder.config;
  return request.config !== undefined || file === null ? request : { ...request, config: file };
}

async function started(
  context: UpsizeContext,
  folder: UpsizeFolder,
  answer: StartAnswer,
  request: TrainRequest,
): Promise<Started> {
  if (answer.outcome !== 'started') return decide(context, folder, request, answer);
  await folder.refresh();
  void context.runsView.reveal(answer.id);
  return { runId: answer.id };
}

async function decide(
  context: UpsizeContext,
  folder: UpsizeFolder,
  request: TrainRequest,
  refusal: Refusal,
): Promise<Started> {
  switch (refusal.outcome) {
    case 'busy':
      throw new Declined(refusal.message);
    case 'done': {
      const { suggestedSize, runId } = refusal;
      const next = await choose<{ size: number } | 'fineTune' | 'newLadder'>(refusal.message, [
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
      if (next === 'newLadder') return startTraining(context, folder, { what: 'newLadder' });
      if (next === 'fineTune') return startTraining(context, folder, fineTuneRequest(folder, runId));
      return startTraining(context, folder, { what: 'next', from: runId, changes: next });
    }
    case 'choose': {
      const { runId, suggestedSize } = refusal;
      const words = {
        resume: { label: 'Resume it', detail: 'From its last checkpoint, as if it had not stopped' },
        continueFromBest: {
          label: 'Train the next stage from its best epoch',
          detail: 'The rest of this stage is given up',
        },
        growFromBest: {
          label: `Train at ${suggestedSize} px from its best epoch`,
          detail: 'One stage more than the config has; the rest of this stage is given up',
        },
        retrain: { label: 'Train this stage again', detail: 'As a new run beside it' },
      };
      const next = await choose(
        refusal.message,
        refusal.choices.map((choice) => ({ ...words[choice], value: choice })),
      );
      if (next === 'resume') return resumeTraining(context, folder, runId);
      if (next === 'continueFromBest') return startTraining(context, folder, { ...request, what: 'next', from: runId });
      if (next === 'growFromBest')
        return startTraining(context, folder, { what: 'next', from: runId, changes: { size: suggestedSize } });
      return startTraining(context, folder, retrainRequest(folder, runId));
    }
  }
}

/** The same stage from the same parent once more. */
export function retrainRequest(folder: UpsizeFolder, runId: string): TrainRequest {
  const run = folder.runsById.get(runId);
  if (!run) return { what: 'next' };
  const { parentId, config } = run.manifest;
  if (parentId === null) return { what: 'newLadder' };
  return config.stageIndex === null
    ? { what: 'next', from: parentId, changes: { size: config.stage.size } }
    : { what: { stage: config.stageIndex }, from: parentId };
}

/** All layers of a run, at the same size and a tenth of the rate. */
export function fineTuneRequest(folder: UpsizeFolder, runId: string): TrainRequest {
  const stage = folder.runsById.get(runId)?.manifest.config.stage;
  const rate = stage === undefined ? 1e-4 : Number((stage.training.learningRate / 10).toPrecision(3));
  return {
    what: 'next',
    from: runId,
    changes: {
      ...(stage === undefined ? {} : { size: stage.size }),
      extend: { strategy: 'resize' },
      freeze: 'none',
      learningRate: rate,
    },
  };
}
