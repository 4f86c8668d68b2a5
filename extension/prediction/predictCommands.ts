import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { PredictImageResult } from '../../trainer/protocol/predictor.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { answered, chooseRun } from '../commands/ask.ts';
import { parseArguments, runArguments, viewItemIn } from '../commands/commandArguments.ts';
import { Declined } from '../commands/declined.ts';
import { waiting } from '../commands/waiting.ts';
import { datasetRoot } from '../panels/datasetFile.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { findImage } from './findImage.ts';
import { predictingRun, type ImagePredictions } from './imagePredictions.ts';
import type { PredictionPages } from './predictionPages.ts';

const imageSchema = z.strictObject({
  ...runArguments,
  /** Absolute path of the image. */
  file: z.string().optional(),
  /** Id of the run that is not to be asked: the user chooses another. */
  otherThan: z.string().optional(),
});
const folderSchema = z.strictObject({
  runId: z.string().optional(),
  /** Absolute path of the images' folder. */
  folder: z.string().optional(),
  /** Absolute path of the CSV file to write. */
  target: z.string().optional(),
});
const isCompleted = (run: Run) => run.state === 'completed';
const none = 'Predictions need a completed run; "Train Next Stage" makes one.';

/** What the commands share with the hover. */
export interface Predicting {
  predictions: ImagePredictions;
  pages: PredictionPages;
}

/** Predicts one image and shows what comes of it as a page. */
export async function predictImage(
  context: UpsizeContext,
  { predictions, pages }: Predicting,
  argument: unknown,
): Promise<PredictImageResult> {
  const said = parseArguments([argument], imageSchema, ['file']);
  // A run that was clicked asks for an image, whatever the editor shows.
  const shown = viewItemIn(argument) ? undefined : await imageOfEditor(context);
  const file = said.file ?? shown ?? (await askForImage(context));
  const run = await runFor(context, context.folders.of(vscode.Uri.file(file)), said);
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `Predicting ${path.basename(file)}` },
    () => predictions.predict({ folder: run.folder, run: run.run, file, earlier: true }),
  );
  await pages.show(result, run.folder);
  return result;
}

async function runFor(
  context: UpsizeContext,
  folder: UpsizeFolder | undefined,
  said: { runId?: string | undefined; otherThan?: string | undefined },
): Promise<{ folder: UpsizeFolder; run: Run }> {
  if (said.otherThan !== undefined) {
    const { otherThan } = said;
    const fits = (run: Run) => isCompleted(run) && run.id !== otherThan;
    return chooseRun(context, undefined, {
      title: 'Predict with which run?',
      fits,
      none: 'There is no other completed run.',
    });
  }
  if (said.runId !== undefined) {
    return chooseRun(context, said.runId, { title: '', fits: isCompleted, none });
  }
  const candidates = folder ? [folder, ...context.folders.all] : context.folders.all;
  for (const each of candidates) {
    const run = predictingRun(context, each);
    if (run) return { folder: each, run };
  }
  throw new Declined(none);
}

/** The image that the cursor stands on, or that the active tab shows. */
async function imageOfEditor({ folders }: UpsizeContext): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor) {
    const { active } = editor.selection;
    const roots = [path.dirname(editor.document.uri.fsPath), ...folders.all.map((folder) => folder.path)];
    const found = await findImage(editor.document.lineAt(active.line).text, active.character, roots);
    if (found) return found.file;
  }
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const shown = input instanceof vscode.TabInputCustom ? input.uri.fsPath : undefined;
  return shown !== undefined && /\.(jpe?g|png|webp)$/i.test(shown) ? shown : undefined;
}

async function askForImage(context: UpsizeContext): Promise<string> {
  const [run] = context.folders.all.flatMap((folder) => predictingRun(context, folder) ?? []);
  const [chosen] = answered(
    await vscode.window.showOpenDialog({
      title: 'Predict which image?',
      ...(run === undefined ? {} : { defaultUri: vscode.Uri.file(datasetRoot(run.manifest)) }),
      openLabel: 'Predict',
      filters: { Images: ['jpg', 'jpeg', 'png', 'webp'] },
    }),
  );
  return answered(chosen).fsPath;
}

/** Predicts all images of a folder into a CSV file, and opens it. */
export async function predictFolder(context: UpsizeContext, ...args: unknown[]): Promise<{ file: string }> {
  const item = viewItemIn(args[0]);
  // Of a run's item the folder is the workspace folder, and not the images'.
  const said = parseArguments(item ? [{ runId: item.runId }] : args, folderSchema, ['folder', 'target']);
  const source = said.folder ?? (await askForFolder());
  const { folder, run } = await runFor(context, context.folders.of(vscode.Uri.file(source)), said);
  const csv = said.target ?? (await askForTarget(source));
  await waiting(`predicting the images of ${path.basename(source)}`, (signal, onLine) =>
    context.trainer.run({
      args: ['predict', source, '--run', run.id, '--csv', csv],
      workspace: folder.path,
      signal,
      timeoutMs: null,
      // Some images could not be read; the file says which.
      accept: [0, 1],
      onLine,
    }),
  );
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(csv), { preview: true });
  return { file: csv };
}

async function askForFolder(): Promise<string> {
  const chosen = answered(
    await vscode.window.showOpenDialog({
      title: 'Predict the images of which folder?',
      openLabel: 'Predict',
      canSelectFolders: true,
      canSelectFiles: false,
    }),
  );
  return answered(chosen[0]).fsPath;
}

async function askForTarget(source: string): Promise<string> {
  const defaultUri = vscode.Uri.file(`${source}-predictions.csv`);
  const chosen = answered(
    await vscode.window.showSaveDialog({ title: 'Save predictions', defaultUri, filters: { CSV: ['csv'] } }),
  );
  return chosen.fsPath;
}
