import * as z from 'zod';
import type { ReduceLearningRateOptions } from '../../protocol/config.ts';
import type { Callback, EpochReport, FitControl } from '../callback.ts';
import { improved, monitored } from '../monitor.ts';

/** Keras' `min_delta`: a smaller change is no improvement. */
const minDelta = 1e-4;
const stateSchema = z.object({ best: z.number().nullable(), wait: z.number().int().min(0) });

/** Multiplies the learning rate by `factor` after `patience` epochs without an improvement, as Keras' ReduceLROnPlateau. */
export class ReduceLearningRateOnPlateau implements Callback {
  readonly name = 'reduceLearningRate';
  readonly #options: ReduceLearningRateOptions;
  #best: number | null = null;
  #wait = 0;

  constructor(options: ReduceLearningRateOptions) {
    this.#options = options;
  }

  onEpochEnd(epoch: EpochReport, control: FitControl): void {
    const { monitor, patience, factor, minLearningRate } = this.#options;
    const value = monitored(monitor, epoch);
    if (improved(monitor, value, this.#best, minDelta)) {
      this.#best = value;
      this.#wait = 0;
      return;
    }
    this.#wait++;
    if (this.#wait < patience) return;
    this.#wait = 0;
    const from = control.learningRate;
    const to = Math.max(from * factor, minLearningRate);
    if (to >= from) return;
    control.learningRate = to;
    control.emit({ type: 'learningRate', epoch: epoch.epoch, step: epoch.step, from, to });
  }

  save(): unknown {
    return { best: this.#best, wait: this.#wait };
  }

  restore(saved: unknown): void {
    ({ best: this.#best, wait: this.#wait } = stateSchema.parse(saved));
  }
}
