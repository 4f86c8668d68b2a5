import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Config } from '../../trainer/protocol/config.ts';
import type { PipelineProblem } from '../../trainer/protocol/pipelineChecks.ts';
import { locate, parseConfig, type ConfigProblem } from '../../trainer/protocol/readConfig.ts';
import type { UpsizeContext } from '../upsizeContext.ts';

/** The files that are configs. */
export const configSelector: vscode.DocumentSelector = [{ pattern: '**/upsize.json' }, { pattern: '**/*.upsize.json' }];

const source = 'Upsize';
const waitMs = 200;

/** A problem as VS Code shows it, with what to write instead. */
class ConfigDiagnostic extends vscode.Diagnostic {
  readonly replacement: string | null;

  constructor(range: vscode.Range, problem: Pick<ConfigProblem, 'message' | 'fix' | 'replacement' | 'isKey'>) {
    super(range, `${problem.message} ${problem.fix}`, vscode.DiagnosticSeverity.Error);
    this.source = source;
    this.replacement = replacementText(problem);
  }
}

function replacementText({ replacement, isKey }: Pick<ConfigProblem, 'replacement' | 'isKey'>): string | null {
  if (replacement === null) return null;
  return isKey ? JSON.stringify(replacement) : replacement;
}

/** Errors of configs while they are written, in Upsize's own words, with quick fixes. */
export function registerConfigDiagnostics({ folders, scans }: UpsizeContext): vscode.Disposable[] {
  const collection = vscode.languages.createDiagnosticCollection('upsize');
  const waiting = new Map<string, NodeJS.Timeout>();
  /** What a config that stands would train and mislead. The checks are loaded with the first such config. */
  const checkStanding = async (document: vscode.TextDocument, config: Config) => {
    const { version } = document;
    const { checkPipeline } = await import('../../trainer/protocol/pipelineChecks.ts');
    // Another look has begun meanwhile, at what is written now.
    if (document.version !== version) return;
    const folder = folders.of(document.uri);
    // A scan is of the data set of the folder's own config.
    const scan = folder?.config.file === document.uri.fsPath ? scans.of(folder) : null;
    collection.set(document.uri, pipelineDiagnostics(document, checkPipeline({ config, scan })));
  };
  const check = (document: vscode.TextDocument) => {
    if (vscode.languages.match(configSelector, document) === 0) return;
    const text = document.getText();
    const { config, problems } = parseConfig(text);
    if (config !== null) {
      void checkStanding(document, config);
      return;
    }
    collection.set(
      document.uri,
      problems.map((problem) => {
        const start = document.positionAt(problem.offset);
        return new ConfigDiagnostic(
          new vscode.Range(start, document.positionAt(problem.offset + problem.length)),
          problem,
        );
      }),
    );
  };
  const checkSoon = (document: vscode.TextDocument) => {
    const key = document.uri.toString();
    clearTimeout(waiting.get(key));
    waiting.set(
      key,
      setTimeout(() => check(document), waitMs),
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
  vscode.workspace.textDocuments.forEach(check);
  void folders.ready.then(checkActive);
  return [
    collection,
    new vscode.Disposable(() => waiting.forEach((timer) => clearTimeout(timer))),
    folders.onDidChangeConfig(follow),
    scans.onDidChange(checkActive),
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => checkSoon(document)),
    vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach((uri) => collection.delete(uri))),
    vscode.languages.registerCodeActionsProvider(
      configSelector,
      { provideCodeActions: quickFixes },
      {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      },
    ),
  ];
}

const severities: Record<PipelineProblem['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** What would train and mislead, each at its value. */
function pipelineDiagnostics(document: vscode.TextDocument, problems: readonly PipelineProblem[]): vscode.Diagnostic[] {
  const text = document.getText();
  return problems.map(({ id, severity, place, message, fix }) => {
    const { offset, length } = locate(text, place);
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    const diagnostic = new vscode.Diagnostic(range, `${message} ${fix}`, severities[severity]);
    diagnostic.source = source;
    diagnostic.code = id;
    return diagnostic;
  });
}

function quickFixes(
  document: vscode.TextDocument,
  _range: vscode.Range,
  { diagnostics }: vscode.CodeActionContext,
): vscode.CodeAction[] {
  const own = vscode.languages.getDiagnostics(document.uri).filter((each) => each instanceof ConfigDiagnostic);
  const asked = own.filter((each) => diagnostics.some((other) => other.range.isEqual(each.range)));
  return asked.flatMap((diagnostic) => {
    if (!(diagnostic instanceof ConfigDiagnostic) || diagnostic.replacement === null) return [];
    const action = new vscode.CodeAction(`Change to ${diagnostic.replacement}`, vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    action.edit.replace(document.uri, diagnostic.range, diagnostic.replacement);
    action.diagnostics = [diagnostic];
    action.isPreferred = true;
    return [action];
  });
}
