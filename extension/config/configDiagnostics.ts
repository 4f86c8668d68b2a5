import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { UpsizeContext } from '../upsizeContext.ts';

/** The files that are configs. */
export const configSelector: vscode.DocumentSelector = [{ pattern: '**/upsize.json' }, { pattern: '**/*.upsize.json' }];

const waitMs = 200;

/** Errors of configs while they are written, in Upsize's own words, with quick fixes; their code is loaded with the first config. */
export function registerConfigDiagnostics({ folders }: UpsizeContext): vscode.Disposable[] {
  const collection = vscode.languages.createDiagnosticCollection('upsize');
  const load = () => import('./diagnoseConfig.ts');
  const waiting = new Map<string, NodeJS.Timeout>();
  const check = async (document: vscode.TextDocument) => {
    if (vscode.languages.match(configSelector, document) === 0) return;
    const { diagnoseConfig } = await load();
    const folder = folders.of(document.uri);
    // A scan is of the data set of the folder's own config.
    const scan = folder?.config.file === document.uri.fsPath ? folder.scan : null;
    collection.set(document.uri, diagnoseConfig(document, scan));
  };
  const checkSoon = (document: vscode.TextDocument) => {
    const key = document.uri.toString();
    clearTimeout(waiting.get(key));
    waiting.set(
      key,
      setTimeout(() => void check(document), waitMs),
    );
  };
  /** What another program did to a config: the Problems view follows, whether the file is open or not. */
  const follow = (uri: vscode.Uri) => {
    if (existsSync(uri.fsPath)) vscode.workspace.openTextDocument(uri).then(check, () => undefined);
    else collection.delete(uri);
  };
  const checkActive = () => {
    for (const folder of folders.all) {
      const { file } = folder.config;
      if (file === null) continue;
      // What is wrong with the config that training goes by stands in the Problems view even where it is not open.
      vscode.workspace.openTextDocument(file).then(check, () => undefined);
    }
  };
  vscode.workspace.textDocuments.forEach((document) => void check(document));
  void folders.ready.then(checkActive);
  return [
    collection,
    new vscode.Disposable(() => waiting.forEach((timer) => clearTimeout(timer))),
    folders.onDidChangeConfig(follow),
    folders.onDidChangeScan(checkActive),
    vscode.workspace.onDidOpenTextDocument((document) => void check(document)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => checkSoon(document)),
    vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach((uri) => collection.delete(uri))),
    vscode.languages.registerCodeActionsProvider(
      configSelector,
      {
        provideCodeActions: async (document, _range, asked) => (await load()).quickFixes(document, asked),
      },
      {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      },
    ),
  ];
}
