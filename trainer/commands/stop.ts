import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import * as z from 'zod';
import { isLive } from '../protocol/runState.ts';
import { readHeartbeat } from '../protocol/ownership.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { requestStop } from '../protocol/stopRequest.ts';
import { endOwner } from '../run/endOwner.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { findRun } from './findRun.ts';

const optionsSchema = commonOptionsSchema.extend({
  wait: z.boolean().default(true),
  force: z.boolean().default(false),
});

const pollMs = 100;
/** After this long without an answer to SIGTERM a process is killed, where `--force` asks for it. */
const killAfterMs = 10_000;
/** After this long it is said how a process that does not answer can be ended. */
const adviseAfterMs = 10_000;

/** `upsize stop`: asks a run to finish its batch, write a checkpoint and end; waits until it has. */
export function defineStop(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('[run]', 'id, its beginning or end; default: the one that is at work')
    .option('--no-wait', 'return at once, without waiting for the end')
    .option('--force', 'end a process that does not answer: SIGTERM, and SIGKILL after 10 s')
    .action(async (typed: unknown) => {
      const options = optionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const store = new RunStore(workspace);
      const given = z.string().optional().parse(typed);
      const run = given === undefined ? onlyLive(store.list().runs) : findRun(workspace, given);
      if (!isLive(run.state)) {
        throw new CommandError(`${stateSentence(run)} There is nothing to stop.`, exitCodes.choice);
      }
      requestStop(run.folder, 'cli');
      if (options.force) await endOwner(run.folder, { killAfterMs });
      const end = options.wait ? await waitForEnd(store, run, context) : run;
      if (options.json) sayJson(context.output, { id: run.id, state: end.state, message: end.summary.message });
      else if (!options.wait) say(context.output, `Run ${run.id} was asked to stop.`);
      else say(context.output, endSentence(end));
    });
}

function onlyLive(runs: readonly Run[]): Run {
  const live = runs.filter((run) => isLive(run.state));
  const working = live.filter((run) => run.state !== 'queued');
  const [only] = working.length > 0 ? working : live;
  if (!only) {
    const newest = runs.at(-1);
    const last = newest === undefined ? '' : ` ${stateSentence(newest)}`;
    throw new CommandError(`No run is at work here.${last}`, exitCodes.choice);
  }
  if (Math.max(working.length, 1) > 1 || (working.length === 0 && live.length > 1)) {
    throw new CommandError(
      `Several runs are at work: ${live.map(({ id }) => id).join(', ')}. Name one.`,
      exitCodes.choice,
    );
  }
  return only;
}

/** In which state a run is, and why, where it said so. */
function stateSentence({ id, state, summary }: Run): string {
  return `Run ${id} is ${state}${summary.message === null ? '.' : `: ${summary.message}`}`;
}

function endSentence(run: Run): string {
  const further = run.state === 'completed' ? '' : ` "upsize resume ${run.id}" goes on with it.`;
  return `${stateSentence(run)}${further}`;
}

async function waitForEnd(store: RunStore, run: Run, context: CommandContext): Promise<Run> {
  let said: string | null = null;
  const adviseAt = Date.now() + adviseAfterMs;
  let advised = false;
  for (;;) {
    const now = store.get(run.id);
    if (now === null || 'kind' in now) throw new CommandError(`Run ${run.id} can no longer be read.`);
    if (!isLive(now.state)) return now;
    const doing = readHeartbeat(run.folder)?.doing ?? null;
    if (doing !== said && doing !== null) {
      said = doing;
      say(context.errorOutput, `Waiting: it is ${doing}.`);
    }
    if (!advised && Date.now() >= adviseAt) {
      advised = true;
      say(context.errorOutput, adviceFor(now));
    }
    await sleep(pollMs);
  }
}

function adviceFor({ id, ownership }: Run): string {
  if (ownership?.kind === 'elsewhere') {
    return `Still waiting. Its process is on ${ownership.owner.host} and can only be ended there.`;
  }
  return `Still waiting. "upsize stop ${id} --force" ends its process, which loses what came after its last checkpoint.`;
}
