import * as z from 'zod';
import type { NamedArray } from '../../engine/trainStep.ts';
import type { Callback, EpochReport } from '../callback.ts';
import { improved, monitored, type Monitor } from '../monitor.ts';

/** Which epoch was the best so far, and what it reached. */
const bestEpochSchema = z.object({
  epoch: z.number().int().min(0),
  step: z.number().int().min(0),
  valLoss: z.number(),
  valAccuracy: z.number(),
});
export type BestEpoch = z.infer<typeof bestEpochSchema>;

export const bestWeightsName = 'bestWeights';

/** Step at whose end the best weights of a saved state were, or null when no epoch had ended by then. */
export function bestStepOf(callbacks: Record<string, unknown>): number | null {
  return bestEpochSchema.nullable().catch(null).parse(callbacks[bestWeightsName])?.step ?? null;
}

/** Keeps a copy of the weights of the best epoch. Its saved state says which epoch that was; the weights go beside it. */
export class BestWeights implements Callback {
  readonly name = bestWeightsName;
  readonly #monitor: Monitor;
  readonly #getWeights: () => NamedArray[];
  #best: BestEpoch | null = null;
  #weights: NamedArray[] | null = null;

  constructor(monitor: Monitor, getWeights: () => NamedArray[]) {
    this.#monitor = monitor;
    this.#getWeights = getWeights;
  }

  get best(): BestEpoch | null {
    return this.#best;
  }

  get weights(): NamedArray[] | null {
    return this.#weights;
  }

  onEpochEnd(epoch: EpochReport): void {
    const before = this.#best && monitored(this.#monitor, { ...epoch, ...this.#best });
    if (!improved(this.#monitor, monitored(this.#monitor, epoch), before, 0)) return;
    this.#best = { epoch: epoch.epoch, step: epoch.step, valLoss: epoch.valLoss, valAccuracy: epoch.valAccuracy };
    this.#weights = this.#getWeights();
  }

  save(): unknown {
    return this.#best;
  }

  restore(saved: unknown): void {
    this.#best = bestEpochSchema.nullable().parse(saved);
  }

  /** Gives back the weights that belong to the restored state. Throws when they are of another epoch, or missing. */
  restoreWeights(best: { step: number; weights: NamedArray[] } | null): void {
    if (this.#best?.step !== best?.step)
      throw new Error(
        `The best weights belong to step ${best?.step ?? 'none'}, and the checkpoint speaks of step ${this.#best?.step ?? 'none'}. Resume from an older checkpoint, or train the stage again.`,
      );
    this.#weights = best?.weights ?? null;
  }
}
