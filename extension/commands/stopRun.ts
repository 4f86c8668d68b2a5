import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import * as z from 'zod';
import { isLive } from '../../trainer/protocol/runState.ts';
import { readHeartbeat } from '../../trainer/protocol/ownership.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { requestStop } from '../../trainer/protocol/stopRequest.ts';
import { inFolder } from '../folderName.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { chooseRun } from './ask.ts';
import { showFailure } from './registerCommand.ts';

const pollMs = 150;
const offerEndAfterMs = 30_000;
const endedSchema = z.object({ id: z.string(), state: z.string() });

/** Asks a run to stop and waits; after a while offers to end its process. Settles with the state it came to. */
export async function stopRun(context: UpsizeContext, argument: unknown): Promise<{ runId: string; state: string }> {
  const { folder, run } = await chooseRun(context, argument, {
    title: 'Stop which run?',
    fits: ({ state }) => isLive(state),
    none: 'Only a run that is queued or at work can be stopped.',
  });
  requestStop(run.folder, 'extension');
  const offer = setTimeout(() => void offerEnd(context, folder, run), offerEndAfterMs);
  const ended = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Upsize: stopping ${run.id}${inFolder(context.folders, folder)}`,
      cancellable: true,
    },
    (progress, token) => {
      let said = '';
      return waitForStop({
        run: () => folder.runsById.get(run.id),
        isCancelled: () => token.isCancellationRequested,
        onDoing(doing) {
          if (doing === said) return;
          said = doing;
          progress.report({ message: `waiting: it is ${doing}` });
        },
      });
    },
  );
  // Who does not want to watch may still want it to end.
  if (ended !== 'waiting') clearTimeout(offer);
  if (ended === 'gone' || ended === 'waiting') return { runId: run.id, state: ended };
  return { runId: run.id, state: ended.state };
}

async function offerEnd({ log, trainer, folders }: UpsizeContext, folder: UpsizeFolder, run: Run): Promise<void> {
  const now = folder.runsById.get(run.id);
  if (!now || !isLive(now.state)) return;
  const asked = `Run ${run.id}${inFolder(folders, folder)} was asked to stop ${offerEndAfterMs / 1000} s ago and is still at work`;
  if (now.ownership?.kind === 'elsewhere') {
    void vscode.window.showWarningMessage(
      `${asked} on ${now.ownership.owner.host}; its process can only be ended there.`,
    );
    return;
  }
  const end = 'End Process';
  const warning = `${asked}. Ending its process loses what came after its last checkpoint.`;
  if ((await vscode.window.showWarningMessage(warning, end)) !== end) return;
  log.warn(`The process of run ${run.id} is ended`);
  try {
    // The trainer does it, since it also writes into the run how that ended.
    await trainer.ask(endedSchema, { args: ['stop', run.id, '--force'], workspace: folder.path });
  } catch (error) {
    const found = folder.runsById.get(run.id);
    // It may have ended by itself while the question stood there.
    if (found && isLive(found.state)) await showFailure(log, error);
  }
}

interface StopWatch {
  /** The run as it is now; undefined when it is gone. */
  run: () => Run | undefined;
  /** Told what the process is doing before it can stop. */
  onDoing: (doing: string) => void;
  isCancelled: () => boolean;
}

/** Waits until a run is no longer live. Settles with how it ended, or with `waiting` when the wait was cancelled. */
async function waitForStop({ run, onDoing, isCancelled }: StopWatch): Promise<Run | 'gone' | 'waiting'> {
  for (;;) {
    const now = run();
    if (now === undefined) return 'gone';
    if (!isLive(now.state)) return now;
    if (isCancelled()) return 'waiting';
    const doing = readHeartbeat(now.folder)?.doing;
    if (doing !== undefined) onDoing(doing);
    await sleep(pollMs);
  }
}
