import type { Callback, EpochReport, FitControl } from '../callback.ts';

/** Memory in use: of the process, and as tensors of tfjs. */
export interface MemoryUse {
  rssBytes: number;
  tensors: number;
}

/** Reports each epoch: metrics, timings (input wait, step, evaluation) and memory, as one `epoch` event. */
export class EpochReporter implements Callback {
  readonly name = 'epochReporter';
  readonly #memory: () => MemoryUse;

  constructor(memory: () => MemoryUse) {
    this.#memory = memory;
  }

  onEpochEnd(epoch: EpochReport, { emit }: FitControl): void {
    const training = epoch.inputSeconds + epoch.stepSeconds;
    emit({
      type: 'epoch',
      ...epoch,
      imagesPerSecond: training > 0 ? epoch.images / training : 0,
      ...this.#memory(),
    });
  }
}
