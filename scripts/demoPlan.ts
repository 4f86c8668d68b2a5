/** What a demo trains. */
export interface DemoPlan {
  images: number;
  sizes: number[];
  epochs: number[];
  /** Part of the config's `training`, where the defaults would take too long to show anything. */
  training?: Record<string, unknown>;
}

/** From the largest on; the first that this machine trains in time is taken, so that all ends within 12 minutes, set-up included. */
const nativePlans: DemoPlan[] = [
  [16, 10, 6],
  [12, 8, 4],
  [9, 6, 3],
  [6, 3, 2],
].map((epochs) => ({ images: 2000, sizes: [48, 96, 192], epochs }));
const wasmPlans: DemoPlan[] = [
  [24, 12, 6],
  [16, 8, 4],
  [12, 5, 2],
].map((epochs) => ({
  images: 480,
  sizes: [24, 48, 96],
  epochs,
  // Few images and few steps: smaller batches, and no augmentation to learn against.
  training: { batchSize: 16, augmentation: false },
}));
const trainingSeconds = 420;

/**
 * About how long a plan trains. The first stage costs what its pixels cost; a later one trains a feeder in front of a frozen parent
 * that stays at its own size, so that its cost grows slowly with its pixels. Scoring an image costs a third of training on it.
 */
export function secondsOf({ images, sizes, epochs }: DemoPlan, imagesPerSecondAt48: number): number {
  const [first = 48] = sizes;
  const units = sizes.reduce((sum, size, index) => {
    const perImage = (first / 48) ** 2 * (1 + 0.1 * ((size / first) ** 2 - 1));
    const perEpoch = images * (0.8 + 0.2 / 3);
    return sum + ((epochs[index] ?? 1) * perEpoch + images / 3) * perImage;
  }, 0);
  return units / imagesPerSecondAt48;
}

/** The plan for an engine of this speed; `images` where they are the user's own. */
export function chooseDemoPlan(given: { usesWasm: boolean; imagesPerSecond: number; images?: number }): DemoPlan {
  const plans = (given.usesWasm ? wasmPlans : nativePlans).map((plan) => ({
    ...plan,
    images: given.images ?? plan.images,
  }));
  const plan = plans.find((one) => secondsOf(one, given.imagesPerSecond) <= trainingSeconds) ?? plans.at(-1);
  if (!plan) throw new Error('There is no plan for the demo.');
  return plan;
}
