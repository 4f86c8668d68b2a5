import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { runPaths } from '../../trainer/protocol/runPaths.ts';
import { requireTrust } from '../settings.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { answered, chooseRun } from './ask.ts';
import { parseArguments, runArguments } from './commandArguments.ts';
import { Declined } from './declined.ts';

/** `target`: the folder, absolute or in the workspace folder, into which the model's own goes. */
const argumentsSchema = z.strictObject({ ...runArguments, target: z.string().optional() });

/** Copies a run's finished model to where the user wants it: a tfjs LayersModel with class names and preprocessing. */
export async function exportModel(context: UpsizeContext, ...args: unknown[]): Promise<{ folder: string }> {
  requireTrust();
  const said = parseArguments(args, argumentsSchema, ['runId', 'target']);
  const { run, folder } = await chooseRun(context, said.runId, {
    title: 'Export the model of which run?',
    fits: ({ state }) => state === 'completed',
    none: 'Only a completed run has a finished model.',
  });
  const parent =
    said.target === undefined ? await askForFolder(folder.workspaceFolder.uri) : path.resolve(folder.path, said.target);
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
