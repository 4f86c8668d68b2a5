import path from 'node:path';
import * as vscode from 'vscode';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { percent } from '../numbers.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { configSelector } from './configDiagnostics.ts';

/** Over each stage of a config: train it, and the newest run of it. */
export function registerStageCodeLens(context: UpsizeContext): vscode.Disposable[] {
  const changed = new vscode.EventEmitter<void>();
  // A live run changes several times a second; its lens says only its state and its best accuracy.
  let shown = '';
  const update = () => {
    const now = JSON.stringify(context.folders.all.map((folder) => [folder.path, newestRuns(folder)]));
    if (now === shown) return;
    shown = now;
    changed.fire();
  };
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => lenses(context, document),
  };
  return [
    changed,
    context.folders.onDidChange(update),
    vscode.languages.registerCodeLensProvider(configSelector, provider),
  ];
}

async function lenses({ folders }: UpsizeContext, document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const { stageOffsets } = await import('./stageOffsets.ts');
  const folder = folders.of(document.uri);
  if (!folder) return [];
  const configFile = path.relative(folder.path, document.uri.fsPath).split(path.sep).join('/');
  return stageOffsets(document.getText()).flatMap((offset, index) => {
    const place = document.positionAt(offset);
    const range = new vscode.Range(place, place);
    const train = {
      title: '$(play) Train',
      command: 'upsize.trainStage',
      arguments: [{ file: document.uri.fsPath, stage: index + 1 }],
    };
    const newest = newestRun(folder, configFile, index);
    const run = newest && { title: runTitle(newest), command: 'upsize.showRun', arguments: [newest.id] };
    return [train, ...(run ? [run] : [])].map((command) => new vscode.CodeLens(range, command));
  });
}

function newestRun(folder: UpsizeFolder, configFile: string, stageIndex: number): Run | undefined {
  return folder.runs.findLast(
    ({ overview }) => overview.configFile === configFile && overview.stageIndex === stageIndex,
  );
}

/** What the lenses of a folder's configs say: the newest run of each stage of each config. */
function newestRuns({ runs }: UpsizeFolder): [stage: string, run: string][] {
  const newest = new Map<string, Run>();
  for (const run of runs) {
    const { configFile, stageIndex } = run.overview;
    newest.set(`${configFile} ${stageIndex}`, run);
  }
  return [...newest].map(([stage, run]) => [stage, `${run.id} ${runTitle(run)}`]);
}

function runTitle(run: Run): string {
  const accuracy = run.overview.valAccuracy;
  return `Open Run (${run.state}${accuracy === null ? '' : `, ${percent(accuracy)}`})`;
}
