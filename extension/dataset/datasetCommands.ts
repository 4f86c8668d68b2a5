import * as vscode from 'vscode';
import { chooseFolder } from '../commands/ask.ts';
import { folderWithConfig } from '../commands/folderWithConfig.ts';
import { waiting } from '../commands/waiting.ts';
import { count, plural } from '../numbers.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { ScanSummary } from '../../trainer/protocol/scan.ts';

/** Looks through the images of a folder's data set. */
export async function scanDataset(context: UpsizeContext, argument: unknown): Promise<ScanSummary> {
  const folder = await folderWithConfig(context, argument);
  const summary = await waiting('looking through the images', (signal, say) => context.scans.scan(folder, signal, say));
  const { images, classes, problems } = summary;
  const found = `${count(images)} images of ${plural(classes.length, 'class', 'classes')}, ${plural(problems.length, 'problem')}`;
  vscode.window.setStatusBarMessage(`$(check) ${found}`, 8000);
  return summary;
}

/** The Problems view, after a scan where there was none yet. */
export async function showDataProblems(context: UpsizeContext, argument: unknown): Promise<number> {
  const folder = await chooseFolder(context, argument);
  const scan = folder.scan ?? (await scanDataset(context, argument));
  await vscode.commands.executeCommand('workbench.actions.view.problems');
  return scan.problems.length;
}
