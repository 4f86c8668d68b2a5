/** What a demo trains. */
export interface DemoPlan {
  images: number;
  sizes: number[];
  epochs: number[];
  /** Part of the config's `training`, where the defaults would take too long to show anything. */
  training?: Record<string, unknown>;
}

/** From the longest on; the first that this machine trains in time is taken, so that all ends within 12 minutes, set-up included. */
const nativePlans = {
  /** The sample's own network is small, and all of it goes on training at each size: see `samples/sampleConfig.ts`. */
  sample: [
    [16, 26, 10],
    [14, 22, 7],
    [12, 18, 4],
    [8, 10, 2],
  ],
  /** On the user's own photos stages grow by the default, a feeder in front of a parent that stays at its own size. */
  photos: [
    [16, 10, 6],
    [12, 8, 4],
    [9, 6, 3],
    [6, 3, 2],
  ],
};
const wasmEpochs = [
  [16, 16, 12],
  [12, 12, 8],
  [8, 8, 5],
];
/** With 480 pictures at 24, 48 and 96 pixels, which takes as long, the largest stage learned nothing that the others did not know. */
const samplePictures = { native: 2000, wasm: 960 };
const trainingSeconds = 500;
/** The sample's network beside the default one that the speed was measured with: its share of the work. */
const sampleNetworkShare = 0.45;

/** Which plan is asked for: `images` of the user's own, else the sample's. */
interface DemoRequest {
  usesWasm: boolean;
  /** Of the default network at 48 pixels. */
  imagesPerSecond: number;
  images?: number;
}

/**
 * About how long a plan trains. A stage costs what its pixels cost where the network takes them whole, as on the sample; where a feeder
 * stands in front of a parent that stays at its own size, the cost grows slowly with the pixels. Scoring an image costs a third of
 * training on it.
 */
export function secondsOf({ images, sizes, epochs }: DemoPlan, { imagesPerSecond, images: own }: DemoRequest): number {
  const [first = 48] = sizes;
  const costOf = (size: number) =>
    own === undefined
      ? sampleNetworkShare * (size / 48) ** 2
      : (first / 48) ** 2 * (1 + 0.1 * ((size / first) ** 2 - 1));
  const units = sizes.reduce((sum, size, index) => {
    const perEpoch = images * (0.8 + 0.2 / 3);
    return sum + ((epochs[index] ?? 1) * perEpoch + images / 3) * costOf(size);
  }, 0);
  return units / imagesPerSecond;
}

/** The plan for an engine of this speed. */
export function chooseDemoPlan(request: DemoRequest): DemoPlan {
  const { usesWasm, images } = request;
  const plans: DemoPlan[] = usesWasm
    ? wasmEpochs.map((epochs) => ({
        images: images ?? samplePictures.wasm,
        sizes: [12, 24, 48],
        epochs,
        // Few images and few steps: smaller batches, and no augmentation to learn against.
        training: { batchSize: 16, augmentation: false },
      }))
    : nativePlans[images === undefined ? 'sample' : 'photos'].map((epochs) => ({
        images: images ?? samplePictures.native,
        sizes: [48, 96, 192],
        epochs,
      }));
  const plan = plans.find((one) => secondsOf(one, request) <= trainingSeconds) ?? plans.at(-1);
  if (!plan) throw new Error('There is no plan for the demo.');
  return plan;
}
