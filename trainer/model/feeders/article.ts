import { convolution, LayerChain } from '../convNet.ts';
import type { Feeder, FeederPlace } from './feeder.ts';

const filters = 64;

/**
 * As the article has it: two 3 × 3 convolutions of 64 filters with ReLU and a 2 × 2 max-pool. Where what follows does not
 * take 64 channels, a 1 × 1 convolution brings them to its number. It begins with random weights: what the trunk has
 * learned is of no use until the feeder has.
 */
export function articleFeeder({ prefix, input, size, replaced }: FeederPlace): Feeder {
  if (replaced && (replaced.padding === 'valid' || replaced.strides.some((stride) => stride !== 1)))
    throw new Error(
      `the convolution "${replaced.name}" does not keep the size of its image, as the article's feeder would; take the lean feeder, or the cut wholeTrunk`,
    );
  const outputShape: Feeder['outputShape'] = replaced?.outputShape ?? [size / 2, size / 2, 3];
  const channels = outputShape[2];
  const chain = new LayerChain(prefix, input);
  chain.add('conv1', 'Conv2D', convolution(filters));
  chain.add('conv2', 'Conv2D', convolution(filters));
  chain.add('pool', 'MaxPooling2D', { pool_size: [2, 2], strides: [2, 2], padding: 'valid' });
  if (channels !== filters) {
    const activation = replaced?.activation ?? 'linear';
    chain.add('fit', 'Conv2D', convolution(channels, { kernel_size: [1, 1], activation }));
  }
  return { layers: chain.layers, output: chain.last, outputShape, initial: [], preservesParent: false };
}
