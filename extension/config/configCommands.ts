import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { chooseFolder, choose } from '../commands/ask.ts';
import { Declined, registerCommand } from '../commands/registerCommand.ts';
import { startTraining } from '../commands/startTraining.ts';
import { parseConfig } from '../../trainer/protocol/readConfig.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { registerConfigDiagnostics } from './configDiagnostics.ts';
import { registerStageCodeLens } from './stageCodeLens.ts';

const initAnswerSchema = z.object({
  config: z.string(),
  dataset: z.string(),
  classes: z.number().nullable(),
  images: z.number().nullable(),
});
const stageSchema = z.object({ file: z.string(), stage: z.number().int().min(1) });

/** Everything about `upsize.json` in the editor. */
export function registerConfig(context: UpsizeContext): vscode.Disposable[] {
  const { log } = context;
  return [
    ...registerConfigDiagnostics(context),
    ...registerStageCodeLens(context),
    registerCommand(log, 'createConfig', (argument) => createConfig(context, argument)),
    registerCommand(log, 'selectConfig', (argument, file) => selectConfig(context, argument, file)),
    registerCommand(log, 'trainStage', (argument) => trainStage(context, argument)),
    registerCommand(log, 'showRun', (argument) => showRun(context, argument)),
  ];
}

/** Makes an `upsize.json` for the images that are found in the folder, or in the one named in the Explorer, and opens it. */
async function createConfig(context: UpsizeContext, argument: unknown): Promise<{ config: string }> {
  const folder = await chooseFolder(context, argument);
  const { file } = folder.config;
  if (file !== null && path.basename(file) === 'upsize.json') {
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    return { config: file };
  }
  const named = argument instanceof vscode.Uri && argument.fsPath !== folder.path ? [argument.fsPath] : [];
  const made = await context.trainer.ask(initAnswerSchema, { args: ['init', ...named], workspace: folder.path });
  await folder.refresh();
  await vscode.window.showTextDocument(vscode.Uri.file(made.config));
  const found = made.images === null ? '' : `: ${made.images.toLocaleString()} images of ${made.classes} classes`;
  vscode.window.setStatusBarMessage(`$(check) upsize.json made for ${made.dataset}${found}`, 8000);
  return { config: made.config };
}

async function selectConfig(context: UpsizeContext, argument: unknown, named: unknown): Promise<{ config: string }> {
  const folder = await chooseFolder(context, argument);
  const files = folder.config.files();
  if (files.length === 0) throw new Declined('There is no config in this folder. "Upsize: Create Config" makes one.');
  const file =
    named instanceof vscode.Uri
      ? named.fsPath
      : await choose(
          'Train by which config?',
          files.map((each) => ({
            label: path.basename(each),
            ...(each === folder.config.file ? { description: 'now' } : {}),
            value: each,
          })),
        );
  folder.config.choose(file);
  await folder.refresh();
  return { config: file };
}

/** Trains one stage of a config, as its CodeLens asks: from the newest run of the stage before. */
async function trainStage(context: UpsizeContext, argument: unknown): Promise<unknown> {
  const { file, stage } = stageSchema.parse(argument);
  const folder = context.folders.of(vscode.Uri.file(file));
  if (!folder) throw new Declined(`${path.basename(file)} does not lie in an open folder.`);
  const document = await vscode.workspace.openTextDocument(file);
  if (document.isDirty) await document.save();
  if (parseConfig(document.getText()).config === null) {
    throw new Declined(`${path.basename(file)} has errors; the Problems view lists them.`);
  }
  return startTraining(context, folder, { what: stage === 1 ? 'newLadder' : { stage: stage - 1 }, config: file });
}

async function showRun(context: UpsizeContext, argument: unknown): Promise<void> {
  await vscode.commands.executeCommand('upsize.runs.focus');
  if (typeof argument === 'string') await context.runsView.reveal(argument);
}
