import type { NamedArray } from '../../engine/trainStep.ts';
import { convolution, LayerChain } from '../convNet.ts';
import { initialWeight } from '../modelWeights.ts';
import type { Feeder, FeederPlace } from './feeder.ts';
import { halvedConvolution } from './halvedConvolution.ts';

const filters = 16;

/**
 * Strided and cheap: nothing is computed at the full size. In front of the whole trunk, a 3 × 3 convolution of stride 2
 * to 16 channels with ReLU and a 1 × 1 convolution to 3; in place of the first convolution, that convolution with its
 * kernel and strides doubled. Both begin as the 2 × 2 mean of the image (which ReLU lets pass, since pixels are not
 * negative), so the model begins with its parent's answers: Net2Net's idea (Chen et al., 2016).
 */
export function leanFeeder({ prefix, input, size, replaced, seed }: FeederPlace): Feeder {
  if (replaced) {
    const { layer, initial, preservesParent } = halvedConvolution(replaced, {
      name: `${prefix}_conv`,
      input,
      activation: replaced.activation,
    });
    return { layers: [layer], output: layer.name, outputShape: replaced.outputShape, initial, preservesParent };
  }
  const chain = new LayerChain(prefix, input);
  const wide = chain.add('conv', 'Conv2D', convolution(filters, { strides: [2, 2] }));
  const narrow = chain.add('mix', 'Conv2D', convolution(3, { kernel_size: [1, 1], activation: 'linear' }));
  return {
    layers: chain.layers,
    output: chain.last,
    outputShape: [size / 2, size / 2, 3],
    initial: [meanKernel(`${wide}/kernel`, seed), identityKernel(`${narrow}/kernel`)],
    // `same` padding of a 3 × 3 window in steps of 2 over an even size lies behind the image only.
    preservesParent: true,
  };
}

/** `[3, 3, 3, filters]`: the first three filters are the 2 × 2 mean of one colour each, the others as usual. */
function meanKernel(name: string, seed: number): NamedArray {
  const kernel = initialWeight(name, [3, 3, 3, filters], seed);
  for (let y = 0; y < 3; y++)
    for (let x = 0; x < 3; x++)
      for (let from = 0; from < 3; from++)
        for (let to = 0; to < 3; to++)
          kernel.data[((y * 3 + x) * 3 + from) * filters + to] = from === to && y < 2 && x < 2 ? 0.25 : 0;
  return kernel;
}

/** `[1, 1, filters, 3]`: passes the first three channels on and begins deaf to the others. */
function identityKernel(name: string): NamedArray {
  const data = new Float32Array(filters * 3);
  for (let channel = 0; channel < 3; channel++) data[channel * 3 + channel] = 1;
  return { name, shape: [1, 1, filters, 3], data };
}
