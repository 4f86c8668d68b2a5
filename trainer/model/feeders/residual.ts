import type { NamedArray } from '../../engine/trainStep.ts';
import { convolution, LayerChain } from '../convNet.ts';
import type { LayerNode } from '../topology.ts';
import type { Feeder, FeederPlace } from './feeder.ts';
import { halvedConvolution } from './halvedConvolution.ts';

const filters = 16;

/**
 * The 2 × 2 mean of the image plus a branch of three 3 × 3 convolutions, the first of stride 2, the last beginning at
 * zero: the new model begins with its parent's very answers and learns what the mean leaves out (the zero-initialised
 * residual branch of Goyal et al., 2017). In place of the first convolution, the sum is of that convolution, doubled, and
 * the branch.
 */
export function residualFeeder({ prefix, input, size, replaced }: FeederPlace): Feeder {
  const chain = new LayerChain(prefix, input);
  const outputShape: Feeder['outputShape'] = replaced?.outputShape ?? [size / 2, size / 2, 3];
  const channels = outputShape[2];
  if (replaced?.padding === 'valid')
    throw new Error(
      `the convolution "${replaced.name}" cuts the border off, which the residual branch does not; take the lean feeder, or the cut wholeTrunk`,
    );
  chain.add('conv1', 'Conv2D', convolution(filters, { strides: [2, 2] }));
  chain.add('conv2', 'Conv2D', convolution(filters));
  const last = chain.add(
    'conv3',
    'Conv2D',
    convolution(channels, { activation: 'linear', strides: replaced?.strides ?? [1, 1] }),
  );
  const zeros: NamedArray = {
    name: `${last}/kernel`,
    shape: [3, 3, filters, channels],
    data: new Float32Array(9 * filters * channels),
  };
  const layers: LayerNode[] = chain.layers;
  if (!replaced) {
    const mean = chain.add('mean', 'AveragePooling2D', { pool_size: [2, 2], strides: [2, 2], padding: 'valid' }, [
      input,
    ]);
    chain.add('sum', 'Add', {}, [mean, last]);
    return { layers, output: chain.last, outputShape, initial: [zeros], preservesParent: true };
  }
  const skip = halvedConvolution(replaced, { name: `${prefix}_skip`, input, activation: 'linear' });
  layers.push(skip.layer);
  chain.add('sum', 'Add', {}, [skip.layer.name, last]);
  if (replaced.activation !== 'linear') chain.add('activation', 'Activation', { activation: replaced.activation });
  return {
    layers,
    output: chain.last,
    outputShape,
    initial: [...skip.initial, zeros],
    preservesParent: skip.preservesParent,
  };
}
