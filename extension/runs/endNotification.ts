import * as vscode from 'vscode';
import { isLive, type RunState } from '../../trainer/protocol/events.ts';
import { valAccuracyOf, type Run } from '../../trainer/protocol/runSummary.ts';
import { percent, points } from '../numbers.ts';
import { notifiesWhenFinished } from '../settings.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { gainOf } from './runLabel.ts';

/** One notification when a run that was seen at work ends while nobody looks at the window; a failure is told in any case. */
export function registerEndNotification({ folders, log }: UpsizeContext): vscode.Disposable[] {
  const before = new Map<string, RunState>();
  const look = () => {
    for (const folder of folders.all) {
      for (const run of folder.runs) {
        const was = before.get(run.id);
        before.set(run.id, run.state);
        if (was === undefined || !isLive(was) || isLive(run.state)) continue;
        log.info(`Run ${run.id} is ${run.state}${run.summary.message === null ? '' : `: ${run.summary.message}`}`);
        void tell(run, endText(run, folder.runsById));
      }
    }
  };
  return [folders.onDidChange(look)];
}

async function tell(run: Run, text: string): Promise<void> {
  const failed = run.state === 'failed' || run.state === 'interrupted';
  if (!failed && (vscode.window.state.focused || !notifiesWhenFinished())) return;
  const show = 'Show Run';
  const actions = failed ? ['Resume', show] : [show];
  const shown = failed ? vscode.window.showErrorMessage : vscode.window.showInformationMessage;
  const chosen = await shown(text, ...actions);
  if (chosen === show) await vscode.commands.executeCommand('upsize.showRun', run.id);
  if (chosen === 'Resume') await vscode.commands.executeCommand('upsize.resumeRun', run.id);
}

/** What became of a run, in a sentence. */
export function endText(run: Run, byId: ReadonlyMap<string, Run>): string {
  const { size } = run.manifest.config.stage;
  const accuracy = valAccuracyOf(run.summary);
  const gain = gainOf(run, byId);
  switch (run.state) {
    case 'completed': {
      const came = accuracy === null ? '' : `: ${percent(accuracy)}${gain === null ? '' : ` (${points(gain)} pt)`}`;
      return `The ${size} px stage is trained${came}.`;
    }
    case 'failed':
      return `The ${size} px run failed: ${run.summary.message ?? 'it said nothing why; "Show Log" and its stderr.log may'}`;
    case 'interrupted':
      return `The process of the ${size} px run is gone (${run.summary.epochs.length} epochs were done). It can be resumed from its last checkpoint.`;
    default:
      return `The ${size} px run is ${run.state}.`;
  }
}
