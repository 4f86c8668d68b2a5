import type { Batch, TrainStep } from '../engine/trainStep.ts';

/** What the finder tried. */
export interface LearningRateSweep {
  rates: number[];
  /** Loss after each rate, smoothed. */
  losses: number[];
  /** Null when the loss never fell: then the rates tried, or the data, are not right. */
  suggested: number | null;
}

export interface LearningRateFinderOptions {
  step: TrainStep;
  /** Training batches; taken from again and again while they last. */
  batches: AsyncIterable<Batch>;
  /** First and last rate; they grow by a constant factor. */
  from?: number;
  to?: number;
  /** How many rates are tried, one step each. */
  steps?: number;
  shouldStop?(): boolean;
  onStep?(done: number, total: number): void;
}

/** Weight of the past in the smoothed loss. */
const smoothing = 0.9;
/** The sweep ends where the smoothed loss is this many times its least: from there on it only diverges. */
const divergence = 4;

/**
 * Trains one step at each of growing learning rates and watches the loss (Smith, "Cyclical learning rates", 2017). The
 * step has its weights and slots back afterwards, so the training that follows is what it would have been. Suggests a
 * tenth of the rate at which the smoothed loss was least.
 */
export async function findLearningRate(options: LearningRateFinderOptions): Promise<LearningRateSweep> {
  const { step, from = 1e-6, to = 1, steps = 100 } = options;
  const factor = (to / from) ** (1 / Math.max(1, steps - 1));
  const weights = step.getWeights();
  const slots = step.getSlots();
  const rates: number[] = [];
  const losses: number[] = [];
  let average = 0;
  let least = Number.POSITIVE_INFINITY;
  try {
    for await (const batch of options.batches) {
      const tried = rates.length;
      if (tried >= steps || options.shouldStop?.()) break;
      const rate = from * factor ** tried;
      const { loss } = await step.run(batch, { learningRate: rate, step: tried });
      if (!Number.isFinite(loss)) break;
      average = smoothing * average + (1 - smoothing) * loss;
      const smoothed = average / (1 - smoothing ** (tried + 1));
      rates.push(rate);
      losses.push(smoothed);
      options.onStep?.(tried + 1, steps);
      if (smoothed > divergence * least) break;
      least = Math.min(least, smoothed);
    }
  } finally {
    step.setWeights(weights);
    step.setSlots(slots);
  }
  return { rates, losses, suggested: suggestLearningRate(rates, losses) };
}

/**
 * A tenth of the rate at which the smoothed loss was least; null when it never fell by 2 % of what it began with. The
 * first losses, which say nothing yet, do not count.
 */
export function suggestLearningRate(rates: readonly number[], losses: readonly number[]): number | null {
  const first = losses[0];
  if (first === undefined) return null;
  let best = 0;
  for (let index = 1; index < losses.length; index++)
    if ((losses[index] ?? first) < (losses[best] ?? first)) best = index;
  if ((losses[best] ?? first) > 0.98 * first) return null;
  return (rates[best] ?? 0) / 10;
}
