import * as vscode from 'vscode';
import { inFolder } from '../folderName.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { expectedSeconds, planSentence } from '../trainer/planSentence.ts';
import {
  planAnswerSchema,
  resumeAnswerSchema,
  startAnswerSchema,
  type PlanAnswer,
  type ResumeAnswer,
  type StartAnswer,
} from '../trainer/trainAnswers.ts';
import { trainArguments, type TrainRequest } from '../trainer/trainArguments.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { decide, decideResume, type Decision } from './decide.ts';
import { Declined } from './declined.ts';
import { requestAgain } from './furtherRequests.ts';
import { waiting } from './waiting.ts';

/** Of the command line: there is nothing to do, or something to choose first. */
export const choiceExitCode = 4;

/** How long the sentence about what was started stays in the status bar. */
const sentenceForMs = 20_000;

/** What a command that trains gives back. */
export interface Started {
  runId: string;
}

type WouldTrain = Extract<PlanAnswer, { outcome: 'wouldTrain' }>;

/** A request that can be trained as it is, with what it comes to. */
export interface Planned {
  request: TrainRequest;
  plan: WouldTrain;
  parent: Run | null;
}

/** Why nothing was started, and what there is to choose from. */
export type Refusal = Exclude<PlanAnswer, { outcome: 'wouldTrain' }>;

/** Starts what is asked for, or says why not and what could be chosen instead; asks nobody. */
export async function tryTraining(
  { trainer }: UpsizeContext,
  folder: UpsizeFolder,
  request: TrainRequest,
  signal?: AbortSignal,
): Promise<StartAnswer> {
  const answer = await trainer.ask(startAnswerSchema, {
    args: [...trainArguments(withConfig(folder, request)), '--detach'],
    workspace: folder.path,
    accept: [0, choiceExitCode],
    ...(signal ? { signal } : {}),
  });
  if (answer.outcome === 'started') await folder.refresh();
  return answer;
}

/**
 * Finds out what a request would train. Asks where the user has to decide: about a run that did not finish, or after the last
 * stage. Throws `Dismissed` where they do not.
 */
export async function planTraining(
  context: UpsizeContext,
  folder: UpsizeFolder,
  request: TrainRequest,
): Promise<Planned | Extract<Decision, { resume: string }>> {
  let wanted = request;
  for (;;) {
    const plan = await askPlan(context, folder, wanted);
    if (plan.outcome === 'wouldTrain') {
      const parent = plan.parentId === null ? null : (folder.runsById.get(plan.parentId) ?? null);
      return { request: wanted, plan, parent };
    }
    const decision = await decide(folder.runsById, wanted, plan);
    if ('resume' in decision) return decision;
    wanted = decision.request;
  }
}

async function askPlan(context: UpsizeContext, folder: UpsizeFolder, request: TrainRequest): Promise<PlanAnswer> {
  const args = [...trainArguments(withConfig(folder, request)), '--dry-run'];
  return waiting('looking at what comes next', (signal) =>
    context.trainer.ask(planAnswerSchema, { args, workspace: folder.path, accept: [0, choiceExitCode], signal }),
  );
}

/** Plans a request, says in one line what will be trained, and starts it. */
export async function startTraining(
  context: UpsizeContext,
  folder: UpsizeFolder,
  request: TrainRequest,
): Promise<Started> {
  const planned = await planTraining(context, folder, request);
  return 'resume' in planned
    ? resumeTraining(context, folder, planned.resume)
    : startPlanned(context, folder, planned.request, planned);
}

/** Starts what was planned, perhaps with more changes: `request` is what is trained, the plan is what the user is told. */
export async function startPlanned(
  context: UpsizeContext,
  folder: UpsizeFolder,
  request: TrainRequest,
  { plan, parent }: Pick<Planned, 'plan' | 'parent'>,
): Promise<Started> {
  const { trainer, log } = context;
  const engine = await trainer.engineFor(plan.effective.engine);
  const line = planSentence(plan.effective, parent, expectedSeconds(plan.effective, folder.runs, engine));
  const sentence = plan.notice === null ? line : `${plan.notice} ${line}`;
  log.info(sentence);
  const answer = await waiting(`${sentence}${inFolder(context.folders, folder)}`, (signal) =>
    tryTraining(context, folder, request, signal),
  );
  vscode.window.setStatusBarMessage(`$(play) ${sentence}`, sentenceForMs);
  return started(context, folder, answer, request);
}

/**
 * Starts another attempt of a run that did not end by itself. Asks first where it could not go on to the very same weights.
 * Throws `Dismissed` where the user does not say.
 */
export async function resumeTraining(context: UpsizeContext, folder: UpsizeFolder, runId: string): Promise<Started> {
  let answer = await askResume(context, folder, runId);
  if (answer.outcome === 'changed') {
    const next = await decideResume(answer);
    if (next === 'retrain') {
      return startTraining(context, folder, requestAgain({ what: 'next' }, folder.runsById.get(runId)));
    }
    answer = await askResume(context, folder, runId, next);
    // An engine that is named is never asked about.
    if (answer.outcome === 'changed') throw new Declined(answer.message);
  }
  return showStarted(context, folder, answer.id);
}

async function askResume(
  context: UpsizeContext,
  folder: UpsizeFolder,
  runId: string,
  engine?: 'native' | 'wasm',
): Promise<ResumeAnswer> {
  const args = ['resume', runId, '--detach', ...(engine === undefined ? [] : ['--engine', engine])];
  return waiting('resuming from the last checkpoint', (signal) =>
    context.trainer.ask(resumeAnswerSchema, {
      args,
      workspace: folder.path,
      accept: [0, choiceExitCode],
      signal,
    }),
  );
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
  if (answer.outcome !== 'started') {
    // Something came between plan and start: another window, a terminal.
    const decision = await decide(folder.runsById, request, answer);
    return 'resume' in decision
      ? resumeTraining(context, folder, decision.resume)
      : startTraining(context, folder, decision.request);
  }
  return showStarted(context, folder, answer.id);
}

async function showStarted(context: UpsizeContext, folder: UpsizeFolder, runId: string): Promise<Started> {
  await folder.refresh();
  void context.runsView.reveal(runId);
  return { runId };
}
