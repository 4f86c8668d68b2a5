import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import * as z from 'zod';
import { isLive } from '../protocol/events.ts';
import { livenessOf } from '../protocol/processIdentity.ts';
import { newestOwner, readHeartbeat, RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { requestStop } from '../stages/startRun.ts';
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
        throw new CommandError(`Run ${run.id} is ${run.state}; there is nothing to stop.`, exitCodes.choice);
      }
      requestStop(run.folder, 'cli');
      const end = options.wait ? await waitForEnd(store, run, options.force, context) : run;
      if (options.json) sayJson(context.output, { id: run.id, state: end.state, message: end.summary.message });
      else if (!options.wait) say(context.output, `Run ${run.id} was asked to stop.`);
      else say(context.output, `Run ${run.id} is ${end.state}. "upsize resume ${run.id}" goes on with it.`);
    });
}

function onlyLive(runs: readonly Run[]): Run {
  const live = runs.filter((run) => isLive(run.state));
  const working = live.filter((run) => run.state !== 'queued');
  const [only] = working.length > 0 ? working : live;
  if (!only) throw new CommandError('No run is at work here.', exitCodes.choice);
  if (Math.max(working.length, 1) > 1 || (working.length === 0 && live.length > 1)) {
    throw new CommandError(
      `Several runs are at work: ${live.map(({ id }) => id).join(', ')}. Name one.`,
      exitCodes.choice,
    );
  }
  return only;
}

async function waitForEnd(store: RunStore, run: Run, force: boolean, context: CommandContext): Promise<Run> {
  let said: string | null = null;
  let terminatedAt: number | null = null;
  for (;;) {
    const now = store.get(run.id);
    if (now === null || 'kind' in now) throw new CommandError(`Run ${run.id} can no longer be read.`);
    if (!isLive(now.state)) return now;
    const doing = readHeartbeat(run.folder)?.doing ?? null;
    if (doing !== said && doing !== null) {
      said = doing;
      say(context.errorOutput, `Waiting: it is ${doing}.`);
    }
    if (force) terminatedAt = terminate(now, terminatedAt);
    await sleep(pollMs);
  }
}

/** SIGTERM first, SIGKILL when that has not helped. Only ever to the process that this host knows as the owner. */
function terminate(run: Run, terminatedAt: number | null): number | null {
  const owner = newestOwner(run.folder);
  if (owner === null || livenessOf(owner) !== 'alive') {
    if (owner !== null && livenessOf(owner) === 'unknown') {
      throw new CommandError(`Run ${run.id} belongs to a process on ${owner.host}; it can only be ended there.`);
    }
    return terminatedAt;
  }
  const now = Date.now();
  if (terminatedAt === null) process.kill(owner.pid, 'SIGTERM');
  else if (now - terminatedAt > killAfterMs) process.kill(owner.pid, 'SIGKILL');
  return terminatedAt ?? now;
}
