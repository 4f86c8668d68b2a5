import type { PredictorMethod, PredictorParams, PredictorResult } from '../../trainer/protocol/predictor.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import type { AskOptions } from '../prediction/predictorProcess.ts';
import type { RecordReader } from './records/recordReader.ts';
import type { RecordedRun } from './records/recordReads.ts';

/** Something that lives until it is ended; as VS Code's, without importing it. */
export interface Disposable {
  dispose(): void;
}

/** What the panels need of one workspace folder. The rest of the extension gives it; tests give recorded runs. */
export interface PanelWorkspace {
  /** Absolute path of the workspace folder. */
  readonly folder: string;
  /** All runs as they are now, oldest first. */
  runs(): readonly Run[];
  /** The name a person gave to a run, or null. */
  nameOf(runId: string): string | null;
  /** Calls back after runs changed; as often as the store looks, the panels slow it down themselves. */
  onDidChangeRuns(listener: () => void): Disposable;
  /** Reads evaluations, scans and step metrics. */
  readonly records: Pick<RecordReader, 'read'>;
  /** Asks the predictor child, starting it where needed. Rejects with a sentence for the user. */
  ask<M extends PredictorMethod>(
    method: M,
    params: PredictorParams<M>,
    options?: AskOptions,
  ): Promise<PredictorResult<M>>;
}

/** A run as its records are asked for. */
export function recordedRun(names: Pick<PanelWorkspace, 'nameOf'>, run: Run): RecordedRun {
  return { runId: run.id, name: names.nameOf(run.id), size: run.manifest.config.stage.size, folder: run.folder };
}
