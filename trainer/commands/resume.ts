import type { Command } from 'commander';
import * as z from 'zod';
import { isLive } from '../protocol/runState.ts';
import { lineageOf } from '../protocol/ladder.ts';
import { runRows } from '../protocol/runRow.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { engineAtHand, resumeChange, type ResumeChange } from '../stages/resumeChange.ts';
import { resumeRun } from '../stages/startRun.ts';
import { choiceLine, retrainLine } from './chooseStage.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { findRun } from './findRun.ts';
import { endOf, followRun } from './followRun.ts';
import { reportLadder } from './reportLadder.ts';

const optionsSchema = commonOptionsSchema.extend({ detach: z.boolean().default(false), engine: z.string().optional() });
const engineSchema = z.enum(['native', 'wasm']).optional();

/** `upsize resume`: goes on with a run from its last checkpoint, and shows it at work. */
export function defineResume(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('[run]', 'id, its beginning or end; default: the newest run')
    .option('--detach', 'return at once; the run goes on by itself')
    .option('--engine <name>', 'native or wasm: go on with it, even where that ends with slightly other weights')
    .action(async (typed: unknown) => {
      const options = optionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const run = findRun(workspace, z.string().default('last').parse(typed));
      refuseUnlessUnfinished(run);
      const engine = engineSchema.safeParse(options.engine);
      if (!engine.success) {
        throw new CommandError(
          `--engine: it is "${options.engine ?? ''}", and can be native or wasm.`,
          exitCodes.usage,
        );
      }
      const change = engine.data === undefined ? resumeChange(run, engineAtHand()) : null;
      if (change !== null) {
        ask(run, change, options.json, context);
        return;
      }
      await resumeRun(run, engine.data ?? null);
      if (options.detach) {
        if (options.json) sayJson(context.output, { outcome: 'started', id: run.id });
        else say(context.output, `Run ${run.id} is at work again.`);
        return;
      }
      const followed = await followRun(workspace, run.id, context, { earlier: run });
      const { exitCode, advice } = endOf(followed);
      context.exitCode = exitCode;
      if (advice !== null) say(context.errorOutput, advice);
      const { runs } = new RunStore(workspace).list();
      const lineage = lineageOf(followed.run, new Map(runs.map((one) => [one.id, one])));
      const ids = new Set(lineage.map(({ id }) => id));
      await reportLadder({
        workspace,
        lineage,
        rows: runRows(runs).filter(({ id }) => ids.has(id)),
        outcome: followed.detached ? 'left' : followed.run.state,
        cardFile: undefined,
        json: options.json,
        context,
      });
    });
}

/** What was trained so far cannot be continued to the bit: whether it shall go on is the user's to say. */
function ask(run: Run, { message, engine }: ResumeChange, json: boolean, context: CommandContext): void {
  context.exitCode = exitCodes.choice;
  if (json) {
    sayJson(context.output, { outcome: 'changed', runId: run.id, message, engine });
    return;
  }
  say(context.output, `${message} You can`);
  say(context.output, choiceLine('go on all the same', `upsize resume ${run.id} --engine ${engine}`));
  say(context.output, retrainLine(run));
}

function refuseUnlessUnfinished(run: Run): void {
  if (isLive(run.state)) {
    throw new CommandError(`Run ${run.id} is ${run.state}; there is nothing to resume.`, exitCodes.choice);
  }
  if (run.state === 'completed') {
    throw new CommandError(
      `Run ${run.id} is completed; there is nothing to resume. "upsize train --from ${run.id}" trains the next stage.`,
      exitCodes.choice,
    );
  }
}
