import type * as vscode from 'vscode';
import type { UpsizeContext } from '../upsizeContext.ts';
import { RunEnds } from './runEnds.ts';

/** One notification of all windows when a run that was seen at work ends while nobody looks; a failure is told in any case. */
export function registerEndNotification(context: UpsizeContext): vscode.Disposable[] {
  const { folders, log } = context;
  const ends = new RunEnds();
  const look = () => {
    for (const folder of folders.all) {
      for (const run of ends.look(folder.runs)) {
        log.info(`Run ${run.id} is ${run.state}${run.summary.message === null ? '' : `: ${run.summary.message}`}`);
        void import('./tellEnd.ts').then(({ tellEnd }) => tellEnd(context, { folder, run }));
      }
    }
  };
  return [folders.onDidChange(look)];
}
