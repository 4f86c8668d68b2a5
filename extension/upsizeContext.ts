import type * as vscode from 'vscode';
import type { DatasetScans } from './dataset/datasetScans.ts';
import type { RecordReader } from './panels/records/recordReader.ts';
import type { Predictors } from './prediction/predictors.ts';
import type { RunsView } from './runs/runsView.ts';
import type { Trainer } from './trainer/trainer.ts';
import type { UpsizeFolders } from './upsizeFolders.ts';

/** What the features share. Made once in `activate`. */
export interface UpsizeContext {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly folders: UpsizeFolders;
  readonly trainer: Trainer;
  readonly predictors: Predictors;
  readonly records: RecordReader;
  readonly runsView: RunsView;
  readonly scans: DatasetScans;
}
