import * as vscode from 'vscode';
import { chooseFolder } from '../commands/ask.ts';
import { registerCommand } from '../commands/registerCommand.ts';
import { folderWithConfig } from '../commands/folderWithConfig.ts';
import { waiting } from '../commands/waiting.ts';
import { count, plural } from '../numbers.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { registerDatasetProblems } from './datasetProblems.ts';
import type { ScanSummary } from '../../trainer/protocol/scan.ts';
import { DatasetView } from './datasetView.ts';

/** The Dataset view, its problems and its commands. */
export function registerDataset(context: UpsizeContext): vscode.Disposable[] {
  const { folders, scans, log } = context;
  return [
    new DatasetView(folders, scans),
    ...registerDatasetProblems(folders, scans),
    registerCommand(log, 'scanDataset', (argument) => scanDataset(context, argument)),
    registerCommand(log, 'showDataProblems', (argument) => showDataProblems(context, argument)),
  ];
}

async function scanDataset(context: UpsizeContext, argument: unknown): Promise<ScanSummary> {
  const folder = await folderWithConfig(context, argument);
  const summary = await waiting('looking through the images', (signal, say) => context.scans.scan(folder, signal, say));
  const { images, classes, problems } = summary;
  const found = `${count(images)} images of ${plural(classes.length, 'class', 'classes')}, ${plural(problems.length, 'problem')}`;
  vscode.window.setStatusBarMessage(`$(check) ${found}`, 8000);
  return summary;
}

/** The Problems view, after a scan where there was none yet. */
async function showDataProblems(context: UpsizeContext, argument: unknown): Promise<number> {
  const folder = await chooseFolder(context, argument);
  const scan = context.scans.of(folder) ?? (await scanDataset(context, argument));
  await vscode.commands.executeCommand('workbench.actions.view.problems');
  return scan.problems.length;
}
