import * as vscode from 'vscode';
import { checkPipeline, type PipelineProblem } from '../../trainer/protocol/pipelineChecks.ts';
import { locate, parseConfig, type ConfigProblem } from '../../trainer/protocol/readConfig.ts';
import type { ScanSummary } from '../../trainer/protocol/scan.ts';

const source = 'Upsize';

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

/** What is wrong with a config: its errors; of one that stands what it would train and mislead, by the newest scan of its images. */
export function diagnoseConfig(document: vscode.TextDocument, scan: ScanSummary | null): vscode.Diagnostic[] {
  const { config, problems } = parseConfig(document.getText());
  if (config !== null) return pipelineDiagnostics(document, checkPipeline({ config, scan }));
  return problems.map((problem) => {
    const start = document.positionAt(problem.offset);
    return new ConfigDiagnostic(new vscode.Range(start, document.positionAt(problem.offset + problem.length)), problem);
  });
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

/** What to write instead, for errors that have it. */
export function quickFixes(
  document: vscode.TextDocument,
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
