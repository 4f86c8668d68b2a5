import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { chooseFolder, choose } from '../commands/ask.ts';
import { parseArguments, runArguments } from '../commands/commandArguments.ts';
import { Declined } from '../commands/declined.ts';
import { startTraining } from '../commands/startTraining.ts';
import { parseConfig } from '../../trainer/protocol/readConfig.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { makeConfig } from './makeConfig.ts';

const stageSchema = z.strictObject({ file: z.string(), stage: z.number().int().min(1) });

const createSchema = z.strictObject({ folder: z.string().optional(), images: z.string().optional() });

/** Opens the folder's `upsize.json`, or makes it for the images that are found in it, or in the folder named in the Explorer. */
export async function createConfig(context: UpsizeContext, argument: unknown): Promise<{ config: string }> {
  const said = parseArguments([argument], createSchema, ['folder']);
  const folder = await chooseFolder(context, said.folder ?? said.images);
  const { file } = folder.config;
  if (file !== null && path.basename(file) === 'upsize.json') {
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    return { config: file };
  }
  const images = said.images ?? (said.folder === folder.path ? undefined : said.folder);
  return makeConfig(context, folder, { ...(images === undefined ? {} : { images }), offer: false });
}

const selectSchema = z.strictObject({ folder: z.string().optional(), file: z.string().optional() });

/** Chooses by which of the folder's configs is trained; the file may be named relative to the folder. */
export async function selectConfig(context: UpsizeContext, ...args: unknown[]): Promise<{ config: string }> {
  const said = parseArguments(args, selectSchema, ['folder', 'file']);
  const folder = await chooseFolder(context, said.folder);
  const files = folder.config.files();
  if (files.length === 0) throw new Declined('There is no config in this folder. "Upsize: Create Config" makes one.');
  const named = said.file === undefined ? undefined : path.resolve(folder.path, said.file);
  if (named !== undefined && !files.includes(named)) {
    const names = files.map((each) => path.basename(each)).join(', ');
    throw new Declined(`${said.file} is no config of ${folder.workspaceFolder.name}. It has ${names}.`);
  }
  const file =
    named ??
    (await choose(
      'Train by which config?',
      files.map((each) => ({
        label: path.basename(each),
        ...(each === folder.config.file ? { description: 'now' } : {}),
        value: each,
      })),
    ));
  folder.config.choose(file);
  await folder.refresh();
  return { config: file };
}

/** Trains one stage of a config, as its CodeLens asks: from the newest run of the stage before. */
export async function trainStage(context: UpsizeContext, argument: unknown): Promise<unknown> {
  const { file, stage } = parseArguments([argument], stageSchema, []);
  const folder = context.folders.of(vscode.Uri.file(file));
  if (!folder) throw new Declined(`${path.basename(file)} does not lie in an open folder.`);
  const document = await vscode.workspace.openTextDocument(file);
  if (document.isDirty) await document.save();
  if (parseConfig(document.getText()).config === null) {
    throw new Declined(`${path.basename(file)} has errors; the Problems view lists them.`);
  }
  return startTraining(context, folder, { what: stage === 1 ? 'newLadder' : { stage: stage - 1 }, config: file });
}

/** Selects a run in the Runs view. */
export async function showRun(context: UpsizeContext, argument: unknown): Promise<void> {
  const { runId } = parseArguments([argument], z.strictObject(runArguments), ['runId']);
  if (runId !== undefined && !context.folders.run(runId)) throw new Declined(`There is no run ${runId} here.`);
  await vscode.commands.executeCommand('upsize.runs.focus');
  if (runId !== undefined) await context.runsView.reveal(runId);
}
