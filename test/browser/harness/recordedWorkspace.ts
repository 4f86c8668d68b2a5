import path from 'node:path';
import { RecordReader } from '../../../extension/panels/records/recordReader.ts';
import type { PanelWorkspace } from '../../../extension/panels/panelServices.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';

const records = new RecordReader(
  path.resolve(import.meta.dirname, '../../../extension/panels/records/recordWorker.ts'),
);

/** A workspace folder of recorded runs, as the extension would give it to the panels. */
export class RecordedWorkspace implements PanelWorkspace {
  readonly folder: string;
  readonly records = records;
  readonly names = new Map<string, string>();
  readonly #store: RunStore;
  readonly #listeners = new Set<() => void>();

  constructor(folder: string, predictor?: PanelWorkspace['ask']) {
    this.folder = folder;
    if (predictor) this.ask = predictor;
    this.#store = new RunStore(folder);
  }

  runs(): readonly Run[] {
    return this.#store.list().runs;
  }

  nameOf(runId: string): string | null {
    return this.names.get(runId) ?? null;
  }

  onDidChangeRuns(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Says that something was written into the run folders. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  ask: PanelWorkspace['ask'] = () => Promise.reject(new Error('There is no predictor in this test.'));
}
