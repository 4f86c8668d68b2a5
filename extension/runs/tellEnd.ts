import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { canResume } from '../../trainer/protocol/runSummary.ts';
import { inFolder } from '../folderName.ts';
import { notifiesWhenFinished } from '../settings.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { FolderRun } from '../upsizeFolders.ts';
import { claimEnd, endText, isFailure, isTold } from './runEnd.ts';

/** By then a window that has the focus has seen the same, and told or kept it. */
const afterFocusedMs = 1500;

/** Tells how a run ended, unless another window does or nobody needs it, with buttons to go on from there. */
export async function tellEnd({ folders }: UpsizeContext, { folder, run }: FolderRun): Promise<void> {
  // The window that is looked at decides for all.
  if (!vscode.window.state.focused) await sleep(afterFocusedMs);
  if (!claimEnd(folder.path, run)) return;
  if (!isTold(run, { focused: vscode.window.state.focused, enabled: notifiesWhenFinished() })) return;
  const { name } = folder.annotations.of(run.id);
  const text = endText(run, folder.runsById, name, inFolder(folders, folder));
  const show = 'Show Run';
  const actions = isFailure(run) && canResume(run) ? ['Resume', show] : [show];
  const shown = isFailure(run) ? vscode.window.showErrorMessage : vscode.window.showInformationMessage;
  const chosen = await shown(text, ...actions);
  if (chosen === show) await vscode.commands.executeCommand('upsize.showRun', run.id);
  if (chosen === 'Resume') await vscode.commands.executeCommand('upsize.resumeRun', run.id);
}
