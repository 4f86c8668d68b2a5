import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { PredictImageResult } from '../../trainer/protocol/predictor.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { answered, chooseRun } from '../commands/ask.ts';
import { Declined } from '../commands/registerCommand.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { findImage } from './findImage.ts';
import { predictingRun, type ImagePredictions } from './imagePredictions.ts';
import type { PredictionPages } from './predictionPages.ts';

const requestSchema = z.object({ file: z.string(), runId: z.string().optional(), otherThan: z.string().optional() });
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
  const said = argument instanceof vscode.Uri ? { file: argument.fsPath } : requestSchema.safeParse(argument).data;
  const file = said?.file ?? (await imageOfEditor(context)) ?? (await askForImage());
  const folder = context.folders.of(vscode.Uri.file(file));
  const run = await runFor(context, folder, said);
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
  said: z.infer<typeof requestSchema> | undefined,
): Promise<{ folder: UpsizeFolder; run: Run }> {
  if (said?.otherThan !== undefined) {
    const { otherThan } = said;
    const fits = (run: Run) => isCompleted(run) && run.id !== otherThan;
    return chooseRun(context, undefined, {
      title: 'Predict with which run?',
      fits,
      none: 'There is no other completed run.',
    });
  }
  if (said?.runId !== undefined) {
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

async function askForImage(): Promise<string> {
  const [chosen] = answered(
    await vscode.window.showOpenDialog({
      title: 'Predict which image?',
      openLabel: 'Predict',
      filters: { Images: ['jpg', 'jpeg', 'png', 'webp'] },
    }),
  );
  return answered(chosen).fsPath;
}

/** Predicts all images of a folder into a CSV file, and opens it. */
export async function predictFolder(
  context: UpsizeContext,
  argument: unknown,
  target: unknown,
): Promise<{ file: string }> {
  const source = argument instanceof vscode.Uri ? argument : await askForFolder();
  const { folder, run } = await runFor(context, context.folders.of(source), undefined);
  const csv = target instanceof vscode.Uri ? target : await askForTarget(source);
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Predicting the images of ${path.basename(source.fsPath)}`,
      cancellable: true,
    },
    async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      await context.trainer.run({
        args: ['predict', source.fsPath, '--run', run.id, '--csv', csv.fsPath],
        workspace: folder.path,
        signal: abort.signal,
        // Some images could not be read; the file says which.
        accept: [0, 1],
        onLine: (message) => progress.report({ message }),
      });
    },
  );
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(csv), { preview: true });
  return { file: csv.fsPath };
}

async function askForFolder(): Promise<vscode.Uri> {
  const chosen = answered(
    await vscode.window.showOpenDialog({
      title: 'Predict the images of which folder?',
      openLabel: 'Predict',
      canSelectFolders: true,
      canSelectFiles: false,
    }),
  );
  return answered(chosen[0]);
}

async function askForTarget(source: vscode.Uri): Promise<vscode.Uri> {
  const defaultUri = vscode.Uri.joinPath(source, '..', `${path.basename(source.fsPath)}-predictions.csv`);
  return answered(
    await vscode.window.showSaveDialog({ title: 'Save predictions', defaultUri, filters: { CSV: ['csv'] } }),
  );
}
