import type { Batch, NamedArray, TrainStep } from '../engine/trainStep.ts';

/** How many images are enough: their mean brightness in a channel is then known to a few hundredths of its spread. */
const enoughImages = 512;

/**
 * Sets batch norm's moving statistics to what the weights of this moment give for the first images of `batches`, neither
 * augmented nor with dropout, as validation is done; an average over the last steps is of weights that are gone. Training
 * normalises by the batch and does not notice. The same weights and images give the same statistics, whatever was there
 * before. Returns false, with nothing changed, when `shouldStop` said so meanwhile.
 */
export async function renewStatistics(
  step: TrainStep,
  batches: AsyncIterable<Batch>,
  shouldStop: () => boolean,
): Promise<boolean> {
  const sums = new Map<string, NamedArray>();
  let images = 0;
  for await (const { pixels, count } of batches) {
    const statistics = await step.batchStatistics(pixels, count);
    if (statistics.length === 0) return true;
    for (const { name, shape, data } of statistics) {
      const sum = sums.get(name) ?? { name, shape, data: new Float32Array(data.length) };
      sums.set(name, sum);
      // Each image counts the same: the last batch may be smaller than the others.
      data.forEach((value, channel) => (sum.data[channel] = (sum.data[channel] ?? 0) + value * count));
    }
    images += count;
    if (shouldStop()) return false;
    if (images >= enoughImages) break;
  }
  step.setWeights([...sums.values()].map((sum) => ({ ...sum, data: sum.data.map((value) => value / images) })));
  return true;
}
