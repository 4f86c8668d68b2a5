import path from 'node:path';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import type { PredictImageResult } from '../../trainer/protocol/predictor.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { stampOf } from './findImage.ts';
import type { Predictors } from './predictors.ts';

const mostKept = 200;

/** The completed run that predictions of a folder come from: the selected one, else the newest. */
export function predictingRun({ runsView }: UpsizeContext, folder: UpsizeFolder): Run | undefined {
  const { selected } = runsView;
  if (selected?.folder === folder && selected.run.state === 'completed') return selected.run;
  return folder.runs.findLast((run) => run.state === 'completed');
}

export interface PredictionRequest {
  folder: Pick<UpsizeFolder, 'path'>;
  run: Run;
  /** Absolute path. */
  file: string;
  earlier: boolean;
  signal?: AbortSignal;
}

/** What models say of images, kept by the file's state, the model's weights and the corrections to labels. */
export class ImagePredictions {
  readonly #predictors: Pick<Predictors, 'ask'>;
  readonly #kept = new Map<string, PredictImageResult>();

  constructor(predictors: Pick<Predictors, 'ask'>) {
    this.#predictors = predictors;
  }

  /** Rejects with a sentence for the user; also where it was cancelled, and then nothing is kept. */
  async predict({ folder, run, file, earlier, signal }: PredictionRequest): Promise<PredictImageResult> {
    const { baseDirectory, config } = run.manifest;
    const labels = await stampOf(path.resolve(baseDirectory, config.dataset.labels));
    const key = JSON.stringify([file, await stampOf(file), run.id, run.summary.weightsSha256, labels, earlier]);
    const known = this.#kept.get(key);
    if (known) return known;
    const params = { runId: run.id, file, earlier };
    const result = await this.#predictors.ask(folder.path, 'predictImage', params, signal ? { signal } : {});
    if (signal?.aborted === true) throw new Error('Cancelled.');
    this.#kept.set(key, result);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return result;
  }
}
