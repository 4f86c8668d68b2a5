import path from 'node:path';
import * as vscode from 'vscode';
import type { PredictImageResult } from '../../trainer/protocol/predictor.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { predictionMarkdown } from './predictionMarkdown.ts';

/** Of the addresses of prediction pages. */
export const predictionScheme = 'upsize-prediction';

const mostPages = 50;

/** Predictions as pages of Markdown that VS Code previews, picture and all. */
export class PredictionPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
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
      scheme: predictionScheme,
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
