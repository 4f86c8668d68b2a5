import path from 'node:path';
import * as vscode from 'vscode';
import { hoverShowsEarlierStages, predictionHoverEnabled } from '../settings.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { findImage } from './findImage.ts';
import { predictingRun, type ImagePredictions } from './imagePredictions.ts';
import { escapeMarkdown, mostCharacters, predictionMarkdown } from './predictionMarkdown.ts';

/** Shows what a trained model says of the image whose path is pointed at, in any text. */
export class PredictionHover implements vscode.HoverProvider {
  readonly #context: UpsizeContext;
  readonly #predictions: ImagePredictions;

  constructor(context: UpsizeContext, predictions: ImagePredictions) {
    this.#context = context;
    this.#predictions = predictions;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!predictionHoverEnabled()) return undefined;
    const { text } = document.lineAt(position.line);
    await this.#context.folders.ready;
    const folders = this.#foldersFor(document);
    const found = await findImage(text, position.character, rootsOf(document, folders));
    if (!found || token.isCancellationRequested) return undefined;
    const range = new vscode.Range(position.line, found.start, position.line, found.end);
    const ready = folders.map((folder) => ({ folder, run: predictingRun(this.#context, folder) }));
    const chosen = ready.find(({ run }) => run !== undefined);
    if (!chosen?.run) return undefined;
    if (!vscode.workspace.isTrusted) return new vscode.Hover(trustText(), range);
    const { folder, run } = chosen;
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    try {
      const earlier = hoverShowsEarlierStages();
      const { file } = found;
      const result = await this.#predictions.predict({ folder, run, file, earlier, signal: abort.signal });
      const links = predictionLinks(found.file, run.id);
      const nameOf = (runId: string) => folder.annotations.of(runId).name ?? null;
      const markdown = predictionMarkdown(result, nameOf, links);
      const short =
        markdown.length <= mostCharacters
          ? markdown
          : predictionMarkdown({ ...result, thumbnail: null }, nameOf, links);
      return new vscode.Hover(trustedMarkdown(short), range);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      const message = error instanceof Error ? error.message : String(error);
      this.#context.log.warn(`${found.file}: ${message}`);
      return new vscode.Hover(
        new vscode.MarkdownString(`Upsize: ${escapeMarkdown(`${path.basename(found.file)}: ${message}`)}`),
        range,
      );
    } finally {
      subscription.dispose();
    }
  }

  /** The document's own folder first; others may have a model too. */
  #foldersFor(document: vscode.TextDocument): UpsizeFolder[] {
    const { folders } = this.#context;
    const own = folders.of(document.uri);
    return own ? [own, ...folders.all.filter((folder) => folder !== own)] : folders.all;
  }
}

/** What a path in a document can be relative to: its own folder, the workspace folders, their data sets. */
function rootsOf(document: vscode.TextDocument, folders: readonly UpsizeFolder[]): string[] {
  const own = document.isUntitled ? [] : [path.dirname(document.uri.fsPath)];
  const datasets = folders.flatMap(({ config: { dataset } }) =>
    dataset === null ? [] : [dataset, path.dirname(dataset)],
  );
  return [...new Set([...own, ...folders.map((folder) => folder.path), ...datasets])];
}

/** Why nothing is predicted here, with the way out. */
function trustText(): vscode.MarkdownString {
  const text = new vscode.MarkdownString(
    'Upsize predicts images where the workspace is trusted. [Manage Workspace Trust](command:workbench.trust.manage)',
  );
  text.isTrusted = { enabledCommands: ['workbench.trust.manage'] };
  return text;
}

const linkedCommands = ['vscode.open', 'upsize.predictImage'];

/** Markdown in which only the commands of our own links work. */
export function trustedMarkdown(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text);
  markdown.isTrusted = { enabledCommands: linkedCommands };
  return markdown;
}

function predictionLinks(file: string, runId: string): string[] {
  const link = (title: string, command: string, args: unknown[]) =>
    `[${title}](command:${command}?${encodeURIComponent(JSON.stringify(args))})`;
  return [
    link('Open', 'vscode.open', [vscode.Uri.file(file)]),
    link('Predict with another run', 'upsize.predictImage', [{ file, otherThan: runId }]),
  ];
}
