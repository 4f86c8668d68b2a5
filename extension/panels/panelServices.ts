import type { PredictorMethod, PredictorParams, PredictorResult } from '../../trainer/protocol/predictor.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';

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
  /** Asks the predictor child, starting it where needed. Rejects with a sentence for the user. */
  ask<M extends PredictorMethod>(method: M, params: PredictorParams<M>): Promise<PredictorResult<M>>;
}

/** What a panel sends to its view. */
export interface PanelPort {
  change(change: unknown): void;
  /** Sends everything anew. */
  sendSnapshot(): Promise<void>;
}
