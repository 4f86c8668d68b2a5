import type { Command } from 'commander';
import { lineageOf } from '../protocol/ladder.ts';
import { runRows } from '../protocol/runRow.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import type { NextPlan } from '../stages/plan.ts';
import { startRun } from '../stages/startRun.ts';
import { checkJoin, checkStages } from './checkStages.ts';
import { choiceCommands, chooseStage, furtherCommands, type ChosenStage, type StageChoice } from './chooseStage.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, workspaceOf } from './commonOptions.ts';
import { findConfig, type FoundConfig } from './findConfig.ts';
import { findRun } from './findRun.ts';
import { endOf, followRun } from './followRun.ts';
import { holdClasses } from './holdClasses.ts';
import { reportLadder } from './reportLadder.ts';
import { trainControl } from './trainControl.ts';
import { addTrainOptions, overridesOf, trainOptionsSchema, type TrainOptions } from './trainOptions.ts';

/** `upsize train`: trains the next stage, a chosen one or all that are left, and shows it at work. */
export function defineTrain(command: Command, context: CommandContext): void {
  addTrainOptions(addCommonOptions(command)).action(async () => {
    const options = trainOptionsSchema.parse(command.opts());
    checkTogether(options);
    const workspace = workspaceOf(options, context);
    if (options.control !== undefined) {
      await trainControl(options, workspace, context);
      return;
    }
    const found = findConfig(options, workspace, context);
    const choice = choiceOf(options, workspace);
    const session = { options, workspace, found, context };
    if (options.dryRun) showPlan(session, await planNow(session, choice));
    else if (options.graftCheck) await checkGrown(session, await planNow(session, choice));
    else if (options.all) await trainAll(session, choice);
    else await trainOne(session, choice);
  });
}

interface Session {
  options: TrainOptions;
  workspace: string;
  found: FoundConfig;
  context: CommandContext;
}

type Plan = ChosenStage | Exclude<NextPlan, { kind: 'train' }>;

function checkTogether(options: TrainOptions): void {
  const exclude = (one: boolean, other: boolean, message: string) => {
    if (one && other) throw new CommandError(message, exitCodes.usage);
  };
  exclude(options.next, options.stage !== undefined, '--next and --stage cannot both be meant.');
  exclude(options.next, options.all, '--next trains one stage and --all the rest; choose one.');
  exclude(
    options.stage !== undefined,
    options.size !== undefined,
    '--stage is a size of the config, --size one that is not in it; choose one.',
  );
  exclude(options.all, options.size !== undefined, '--all trains the sizes of the config; leave out --size.');
  exclude(options.all, options.stage !== undefined, '--all goes on from the last stage; leave out --stage.');
  exclude(options.graftCheck, options.all, '--graft-check looks at one stage; leave out --all.');
  exclude(
    options.control !== undefined,
    options.next ||
      options.all ||
      options.newLadder ||
      options.graftCheck ||
      options.stage !== undefined ||
      options.from !== undefined,
    '--control takes everything from the ladder that it is held against; leave out what chooses a stage.',
  );
  exclude(options.newLadder, options.from !== undefined, '--new-ladder starts from nothing; leave out --from.');
  exclude(
    options.all,
    options.detach,
    '--all waits for each stage before it starts the next, so it cannot be detached. Start one stage with --detach, or run it in a terminal that stays.',
  );
}

function choiceOf(options: TrainOptions, workspace: string): StageChoice {
  const choice: StageChoice = { newLadder: options.newLadder, overrides: overridesOf(options) };
  if (options.from !== undefined) choice.from = findRun(workspace, options.from);
  if (options.stage !== undefined) {
    if (!/^[1-9]\d?$/.test(options.stage)) {
      throw new CommandError(`--stage: it is "${options.stage}", and must be a number from 1.`, exitCodes.usage);
    }
    choice.stage = Number(options.stage);
  }
  return choice;
}

async function planNow({ workspace, found }: Session, choice: StageChoice): Promise<Plan> {
  const { runs } = new RunStore(workspace).list();
  const plan = chooseStage(found, runs, choice);
  return plan.kind === 'train' ? await holdClasses(plan, found, runs, choice) : plan;
}

/** Ends the command because nothing can be trained now, and says what can be done. */
function refuse({ options, context }: Session, plan: Exclude<Plan, ChosenStage>): void {
  context.exitCode = exitCodes.choice;
  if (options.json) {
    const { run, ...rest } = plan;
    sayJson(context.output, { outcome: plan.kind, runId: run.id, ...rest });
    return;
  }
  say(context.output, plan.message);
  if (plan.kind === 'choose') for (const line of choiceCommands(plan)) say(context.output, line);
  if (plan.kind === 'done') for (const line of furtherCommands(plan)) say(context.output, line);
}

function planSentence({ effective, parent }: ChosenStage): string {
  const { size, extend, freeze, training } = effective.stage;
  const grows =
    parent === null || extend === null
      ? 'a new network'
      : extend.strategy === 'resize'
        ? `the network of ${parent.id}, on larger images`
        : `the network of ${parent.id} behind a ${extend.feeder} feeder`;
  const frozen = [
    ...(extend?.strategy === 'resize' && extend.trainableFrom !== undefined
      ? [`what is before ${extend.trainableFrom}`]
      : []),
    ...(freeze === 'parent' ? ['all of the parent’s layers'] : freeze === 'none' ? [] : freeze),
  ];
  return `Training at ${size} px: ${grows}${frozen.length === 0 ? '' : `, frozen: ${frozen.join(', ')}`}, up to ${training.epochs} epochs.`;
}

function showPlan(session: Session, plan: Plan): void {
  if (plan.kind !== 'train') {
    refuse(session, plan);
    return;
  }
  const { stageIndex, parent, effective, reason, notice = null } = plan;
  const { output } = session.context;
  if (session.options.json)
    sayJson(output, { outcome: 'wouldTrain', stageIndex, parentId: parent?.id ?? null, reason, notice, effective });
  else say(output, `${notice === null ? '' : `${notice} `}${planSentence(plan)} ${reason}`);
}

/** Shows the graft check of what would be trained. Ends with a choice to make where the size cannot be joined. */
async function checkGrown(session: Session, plan: Plan): Promise<void> {
  if (plan.kind !== 'train') {
    refuse(session, plan);
    return;
  }
  const { parent, effective } = plan;
  if (parent === null) {
    throw new CommandError(
      'The first stage grows from nothing, so there is no graft to check. Name a run with --from.',
      exitCodes.usage,
    );
  }
  const { context, options } = session;
  // Loaded here only: it brings tfjs and the engine along.
  const { graftLines } = await import('./graftLines.ts');
  const { checkGraft } = await import('../stages/checkGraft.ts');
  const { loadEngine, parseEngineChoice } = await import('../engine/loadEngine.ts');
  const asked = parseEngineChoice(context.environment.UPSIZE_ENGINE);
  const engine = await loadEngine(asked === 'auto' ? effective.engine : asked);
  const answer = await checkGraft(parent, effective, engine.name);
  if (answer.outcome === 'cannotJoin') context.exitCode = exitCodes.choice;
  if (options.json) sayJson(context.output, answer);
  else for (const line of graftLines(answer)) say(context.output, line);
}

async function start(session: Session, plan: ChosenStage): Promise<string> {
  const { workspace, found, context } = session;
  const { effective, parent } = plan;
  if (parent === null) await checkStages(found.config, found.configFile);
  else await checkJoin(parent, effective);
  if (plan.notice !== undefined) say(context.errorOutput, plan.notice);
  say(context.errorOutput, planSentence(plan));
  const { id } = await startRun({ workspace, baseDirectory: found.baseDirectory, effective, parent });
  return id;
}

async function trainOne(session: Session, choice: StageChoice): Promise<void> {
  const { options, workspace, context } = session;
  const plan = await planNow(session, choice);
  if (plan.kind !== 'train') {
    refuse(session, plan);
    return;
  }
  const id = await start(session, plan);
  if (options.detach) {
    if (options.json) sayJson(context.output, { outcome: 'started', id });
    else say(context.output, `Run ${id} is at work. "upsize runs" lists it, "upsize stop ${id}" stops it.`);
    return;
  }
  const followed = await followRun(workspace, id, context);
  await finish(session, followed);
}

/** Trains every stage that is left, each from the one before; a stage that someone else trains now is waited for. */
async function trainAll(session: Session, choice: StageChoice): Promise<void> {
  const { workspace, context } = session;
  let next = choice;
  let last: Run | null = null;
  for (;;) {
    const plan = await planNow(session, next);
    if (plan.kind === 'choose') {
      refuse(session, plan);
      return;
    }
    if (plan.kind === 'done') {
      if (last === null) say(context.errorOutput, plan.message);
      await report(session, plan.run, 'completed');
      if (last === null && !session.options.json) for (const line of furtherCommands(plan)) say(context.output, line);
      if (last === null) context.exitCode = exitCodes.choice;
      return;
    }
    const id = plan.kind === 'busy' ? plan.run.id : await start(session, plan);
    const followed = await followRun(workspace, id, context);
    if (followed.detached || followed.run.state !== 'completed') {
      await finish(session, followed);
      return;
    }
    last = followed.run;
    next = { newLadder: false, overrides: choice.overrides, from: last };
  }
}

async function finish(session: Session, followed: { run: Run; detached: boolean }): Promise<void> {
  const { exitCode, advice } = endOf(followed);
  session.context.exitCode = exitCode;
  if (advice !== null) say(session.context.errorOutput, advice);
  await report(session, followed.run, followed.detached ? 'left' : followed.run.state);
}

/** The table, the run card and, for programs, the rows of the run's ladder up to it. */
async function report({ options, workspace, context }: Session, { id }: Run, outcome: string): Promise<void> {
  const { runs } = new RunStore(workspace).list();
  const byId = new Map(runs.map((run) => [run.id, run]));
  const run = byId.get(id);
  if (!run) return;
  const lineage = lineageOf(run, byId);
  const ids = new Set(lineage.map((one) => one.id));
  const rows = runRows(runs).filter((row) => ids.has(row.id));
  await reportLadder({ workspace, lineage, rows, outcome, cardFile: options.card, json: options.json, context });
}
