import type { Run } from '../../trainer/protocol/runSummary.ts';
import type { PredictImageResult } from '../../trainer/protocol/predictor.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { stampOf } from './findImage.ts';

const mostKept = 200;

/** The completed run that predictions of a folder come from: the selected one, else the newest. */
export function predictingRun({ runsView }: UpsizeContext, folder: UpsizeFolder): Run | undefined {
  const { selected } = runsView;
  if (selected?.folder === folder && selected.run.state === 'completed') return selected.run;
  return folder.runs.findLast((run) => run.state === 'completed');
}

export interface PredictionRequest {
  folder: UpsizeFolder;
  run: Run;
  /** Absolute path. */
  file: string;
  earlier: boolean;
  signal?: AbortSignal;
}

/** What models say of images, kept by the file's state and the model's weights. */
export class ImagePredictions {
  readonly #context: UpsizeContext;
  readonly #kept = new Map<string, PredictImageResult>();

  constructor(context: UpsizeContext) {
    this.#context = context;
  }

  /** Rejects with a sentence for the user. */
  async predict({ folder, run, file, earlier, signal }: PredictionRequest): Promise<PredictImageResult> {
    const stamp = await stampOf(file);
    const key = JSON.stringify([file, stamp, run.id, run.summary.weightsSha256, earlier]);
    const known = this.#kept.get(key);
    if (known) return known;
    const params = { runId: run.id, file, earlier };
    const result = await this.#context.predictors.ask(folder.path, 'predictImage', params, signal ? { signal } : {});
    this.#kept.set(key, result);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return result;
  }
}
