import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { PredictImageResult } from '../../trainer/protocol/predictor.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { answered, chooseRun } from '../commands/ask.ts';
import { Declined, registerCommand } from '../commands/registerCommand.ts';
import { predictionHoverEnabled } from '../settings.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { findImage } from './findImage.ts';
import { ImagePredictions, predictingRun } from './imagePredictions.ts';
import { PredictionHover } from './predictionHover.ts';
import { predictionMarkdown } from './predictionMarkdown.ts';

const scheme = 'upsize-prediction';
const requestSchema = z.object({ file: z.string(), runId: z.string().optional(), otherThan: z.string().optional() });
const isCompleted = (run: Run) => run.state === 'completed';
const none = 'Predictions need a completed run; "Train Next Stage" makes one.';

/** The prediction hover and the commands that predict. */
export function registerPrediction(context: UpsizeContext): vscode.Disposable[] {
  const predictions = new ImagePredictions(context.predictors);
  const pages = new PredictionPages();
  const { log } = context;
  return [
    pages,
    // Files, untitled texts, notebook cells and whatever else is text.
    vscode.languages.registerHoverProvider({ scheme: '*' }, new PredictionHover(context, predictions)),
    vscode.workspace.registerTextDocumentContentProvider(scheme, pages),
    registerCommand(log, 'predictImage', (argument) => predictImage(context, { predictions, pages }, argument)),
    registerCommand(log, 'predictFolder', (argument, target) => predictFolder(context, argument, target)),
    registerCommand(log, 'togglePredictionHover', toggleHover),
  ];
}

const mostPages = 50;

/** Predictions as pages of Markdown that VS Code previews, picture and all. */
class PredictionPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #pages = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();

  readonly onDidChange = this.#changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#pages.get(uri.toString()) ?? 'This page was of an earlier window. Predict the image again.';
  }

  /** Shows what a run says of an image: on the page that is open for the two, else on a new one. */
  async show(result: PredictImageResult, folder: UpsizeFolder): Promise<void> {
    const { file, prediction } = result;
    const uri = vscode.Uri.from({
      scheme,
      path: `/${path.basename(file)}: ${prediction.size} px.md`,
      query: `${prediction.runId}&${file}`,
    });
    const key = uri.toString();
    this.#pages.delete(key);
    this.#pages.set(
      key,
      predictionMarkdown(result, (runId) => folder.annotations.of(runId).name ?? null, []),
    );
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > mostPages && oldest !== undefined) this.#pages.delete(oldest);
    this.#changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

interface Predicting {
  predictions: ImagePredictions;
  pages: PredictionPages;
}

async function predictImage(
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
async function predictFolder(context: UpsizeContext, argument: unknown, target: unknown): Promise<{ file: string }> {
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

async function toggleHover(): Promise<boolean> {
  const enabled = !predictionHoverEnabled();
  const target = vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('upsize').update('predictionHover.enabled', enabled, target);
  vscode.window.setStatusBarMessage(`Prediction hover ${enabled ? 'on' : 'off'}`, 2500);
  return enabled;
}
