import { setTimeout as sleep } from 'node:timers/promises';
import { isLive } from '../protocol/runState.ts';
import { readHeartbeat } from '../protocol/ownership.ts';
import { stateTextOf } from '../protocol/stateText.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { requestStop } from '../protocol/stopRequest.ts';
import { CommandError, exitCodes, say, type CommandContext, type ExitCode } from './commandContext.ts';
import { ProgressLines, progressLine } from './trainingProgress.ts';

const pollMs = 200;
const clearLine = '\r\u001b[2K';

/** How a followed run ended, or that the user left it alone. */
export interface Followed {
  run: Run;
  detached: boolean;
}

/**
 * Shows a run at work until it ends, by its folder alone: what is shown here is what any other window sees. Ctrl-C asks it to
 * stop; a second one leaves it alone.
 */
export async function followRun(
  workspace: string,
  runId: string,
  context: CommandContext,
  options: { earlier?: Run } = {},
): Promise<Followed> {
  const store = new RunStore(workspace);
  const lines = new ProgressLines(options);
  // Progress is for people; what programs read stays on the standard output.
  const output = context.errorOutput;
  const live = output.isTTY === true && context.environment.TERM !== 'dumb';
  let interrupts = 0;
  const stopListening = context.onInterrupt(() => interrupts++);
  let asked = false;
  try {
    for (;;) {
      const run = store.get(runId);
      if (run === null || 'kind' in run) {
        throw new CommandError(
          `Run ${runId} can no longer be read: ${run === null ? 'its folder is gone' : run.message}.`,
        );
      }
      const news = lines.take(run);
      if (live) output.write(clearLine);
      for (const line of news) say(output, line);
      if (!isLive(run.state)) return { run, detached: false };
      const doing = readHeartbeat(run.folder)?.doing ?? null;
      if (interrupts > 0 && !asked) {
        asked = true;
        requestStop(run.folder, 'cli');
        if (live) output.write(clearLine);
        say(output, `Stopping${doing === null ? '' : ` (it is ${doing})`}. Ctrl-C again leaves the run alone.`);
      } else if (interrupts > 1) {
        if (live) output.write(clearLine);
        say(output, `Left. Run ${runId} was asked to stop; "upsize runs" shows what became of it.`);
        return { run, detached: true };
      }
      if (live) output.write(progressLine(run, doing, output.columns ?? 80));
      await sleep(pollMs);
    }
  } finally {
    stopListening();
  }
}

/** The exit code that a run's end deserves, and the advice that goes with it. */
export function endOf({ run, detached }: Followed): { exitCode: ExitCode; advice: string | null } {
  if (detached) return { exitCode: exitCodes.interrupted, advice: null };
  switch (run.state) {
    case 'completed':
      return { exitCode: exitCodes.ok, advice: null };
    case 'stopped':
      return { exitCode: exitCodes.stopped, advice: `"upsize resume ${run.id}" goes on where it stopped.` };
    case 'interrupted':
      if (run.ownership?.kind === 'elsewhere') {
        const advice = `The run is ${stateTextOf(run)}. If its process is gone, "upsize resume ${run.id}" goes on from its last checkpoint.`;
        return { exitCode: exitCodes.failed, advice };
      }
      return {
        exitCode: exitCodes.failed,
        advice: `Its process is gone (killed, out of memory, or a crash: ${run.folder}/stderr.log may say more). "upsize resume ${run.id}" goes on from its last checkpoint.`,
      };
    default:
      return { exitCode: exitCodes.failed, advice: `What native libraries said is in ${run.folder}/stderr.log.` };
  }
}
