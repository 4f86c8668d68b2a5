import path from 'node:path';
import * as vscode from 'vscode';
import type { DatasetProblem } from '../../trainer/protocol/datasetProblem.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { ScanSummary } from '../../trainer/protocol/scan.ts';

/** The Problems view takes a thousand entries with ease, not a hundred thousand; the Dataset view has them all. */
const mostShown = 1000;

const severities: Record<DatasetProblem['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Keeps the problems that scans found in VS Code's Problems view, each at its image. */
export function registerDatasetProblems({ folders }: UpsizeContext): vscode.Disposable[] {
  const collection = vscode.languages.createDiagnosticCollection('upsize-dataset');
  const update = () => {
    collection.clear();
    for (const { scan } of folders.all) if (scan) collection.set(entriesOf(scan));
  };
  void folders.ready.then(update);
  return [collection, folders.onDidChangeScan(update)];
}

function entriesOf({ problems, root, source }: ScanSummary): [vscode.Uri, vscode.Diagnostic[]][] {
  const byFile = new Map<string, vscode.Diagnostic[]>();
  for (const problem of problems.slice(0, mostShown)) {
    const file = problem.file === null ? source : path.join(root, problem.file);
    const diagnostic = new vscode.Diagnostic(
      new vscode.Range(0, 0, 0, 0),
      problem.message,
      severities[problem.severity],
    );
    diagnostic.source = 'Upsize';
    diagnostic.code = problem.kind;
    byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
  }
  return [...byFile].map(([file, diagnostics]) => [vscode.Uri.file(file), diagnostics]);
}
