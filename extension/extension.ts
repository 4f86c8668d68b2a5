import * as vscode from 'vscode';
import { registerLazyCommands } from './commands/lazyCommands.ts';
import { registerCommand } from './commands/registerCommand.ts';
import { registerConfigDiagnostics } from './config/configDiagnostics.ts';
import { registerStageCodeLens } from './config/stageCodeLens.ts';
import { registerContextKeys } from './contextKeys.ts';
import { registerDatasetProblems } from './dataset/datasetProblems.ts';
import { DatasetScans } from './dataset/datasetScans.ts';
import { registerDatasetView } from './dataset/datasetView.ts';
import { registerEngineMessages } from './environment/engineMessages.ts';
import { registerTasks } from './environment/registerTasks.ts';
import { registerLanguageModelTools } from './environment/registerTools.ts';
import { registerTerminalCommand } from './environment/terminalCommand.ts';
import { registerWalkthrough } from './environment/walkthrough.ts';
import { registerNextStep } from './nextStep/nextStepView.ts';
import { RecordReader } from './panels/records/recordReader.ts';
import { registerPanels } from './panels/registerPanels.ts';
import { registerRunCards } from './panels/runCard/registerRunCards.ts';
import { Predictors } from './prediction/predictors.ts';
import { registerPrediction } from './prediction/registerPrediction.ts';
import { registerEndNotification } from './runs/endNotification.ts';
import { RunsView } from './runs/runsView.ts';
import { predictorMemoryLimitMegabytes, requireTrust, trainerSettings } from './settings.ts';
import { StatusBar } from './statusBar.ts';
import { Trainer } from './trainer/trainer.ts';
import { registerTrust } from './trust.ts';
import type { UpsizeContext } from './upsizeContext.ts';
import { UpsizeFolders } from './upsizeFolders.ts';

/** Every feature is one file and one line here; each gives what ends it. */
const features: ((context: UpsizeContext) => vscode.Disposable[])[] = [
  registerLazyCommands,
  registerConfigDiagnostics,
  registerStageCodeLens,
  registerPrediction,
  registerDatasetView,
  registerDatasetProblems,
  registerNextStep,
  registerEndNotification,
  registerEngineMessages,
  registerTasks,
  registerTerminalCommand,
  registerLanguageModelTools,
  registerPanels,
  registerRunCards,
  registerTrust,
  registerWalkthrough,
];

/** Called by VS Code when one of the extension's views or commands is first needed, or a config is in the workspace. */
export function activate(extension: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Upsize', { log: true });
  const memory = extension.workspaceState;
  const folders = new UpsizeFolders({
    get: (key) => memory.get<string>(key),
    set: (key, value) => void memory.update(key, value),
  });
  const trainer = new Trainer(trainerSettings(extension.asAbsolutePath('dist/trainer.cjs'), log));
  const predictors = new Predictors(trainer, {
    memoryLimitMegabytes: predictorMemoryLimitMegabytes,
    requireTrust,
    log: (line) => log.info(line),
  });
  const keepPredictors = () => predictors.keepOnly(new Set(folders.all.map((folder) => folder.path)));
  const records = new RecordReader(extension.asAbsolutePath('dist/recordWorker.js'));
  const runsView = new RunsView(folders, memory);
  const scans = new DatasetScans(trainer);
  const context: UpsizeContext = { extension, log, folders, trainer, predictors, records, runsView, scans };
  extension.subscriptions.push(vscode.workspace.onDidChangeWorkspaceFolders(keepPredictors));
  extension.subscriptions.push(registerCommand(log, 'showLog', () => log.show()));
  extension.subscriptions.push(log, folders, predictors, records, runsView, scans);
  extension.subscriptions.push(registerContextKeys(folders), new StatusBar(folders));
  extension.subscriptions.push(...features.flatMap((register) => register(context)));
}
