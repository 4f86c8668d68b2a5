import * as z from 'zod';
import type { EarlyStoppingOptions } from '../../protocol/config.ts';
import type { Callback, EpochReport } from '../callback.ts';
import { improved, monitored } from '../monitor.ts';

const stateSchema = z.object({ best: z.number().nullable(), wait: z.number().int().min(0) });

/**
 * Ends training after `patience` epochs without an improvement of more than `minDelta`, as Keras' EarlyStopping does.
 * The best weights are kept by `BestWeights`.
 */
export class EarlyStopping implements Callback {
  readonly name = 'earlyStopping';
  readonly #options: EarlyStoppingOptions;
  #best: number | null = null;
  #wait = 0;

  constructor(options: EarlyStoppingOptions) {
    this.#options = options;
  }

  onEpochEnd(epoch: EpochReport): void {
    const { monitor, minDelta } = this.#options;
    const value = monitored(monitor, epoch);
    if (improved(monitor, value, this.#best, minDelta)) {
      this.#best = value;
      this.#wait = 0;
    } else this.#wait++;
  }

  finished(): string | null {
    const { monitor, patience } = this.#options;
    if (this.#wait < patience) return null;
    return `${monitor} has not improved for ${patience} ${patience === 1 ? 'epoch' : 'epochs'}.`;
  }

  save(): unknown {
    return { best: this.#best, wait: this.#wait };
  }

  restore(saved: unknown): void {
    ({ best: this.#best, wait: this.#wait } = stateSchema.parse(saved));
  }
}
