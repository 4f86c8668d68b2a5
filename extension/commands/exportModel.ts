import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { runPaths } from '../../trainer/protocol/runFolder.ts';
import { requireTrust } from '../settings.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { answered, chooseRun } from './ask.ts';
import { Declined } from './registerCommand.ts';

/** Copies a run's finished model to where the user wants it: a tfjs LayersModel with class names and preprocessing. */
export async function exportModel(
  context: UpsizeContext,
  argument: unknown,
  target: unknown,
): Promise<{ folder: string }> {
  requireTrust();
  const { run, folder } = await chooseRun(context, argument, {
    title: 'Export the model of which run?',
    fits: ({ state }) => state === 'completed',
    none: 'Only a completed run has a finished model.',
  });
  const parent = target instanceof vscode.Uri ? target.fsPath : await askForFolder(folder.workspaceFolder.uri);
  const to = path.join(parent, `upsize-${run.id}`);
  await mkdir(parent, { recursive: true });
  const there = await readdir(to).catch(() => null);
  if (there !== null && there.length > 0) throw new Declined(`${to} is there already. Choose another folder.`);
  await cp(runPaths(run.folder).model, to, { recursive: true });
  vscode.window.setStatusBarMessage(`$(check) Model exported to ${to}`, 8000);
  return { folder: to };
}

async function askForFolder(defaultUri: vscode.Uri): Promise<string> {
  const chosen = answered(
    await vscode.window.showOpenDialog({
      title: 'Export the model into which folder?',
      openLabel: 'Export Here',
      canSelectFolders: true,
      canSelectFiles: false,
      defaultUri,
    }),
  );
  return answered(chosen[0]).fsPath;
}
