import type * as tfl from '@tensorflow/tfjs-layers';
import type { ModelOptions } from '../protocol/config.ts';
import { initializeWeights } from './modelWeights.ts';
import { buildModel, type LayerNode, type Topology } from './topology.ts';

/** Collects layers one behind the other; each takes what the one before gives. */
export class LayerChain {
  readonly layers: LayerNode[] = [];
  last: string;
  readonly #prefix: string;

  constructor(prefix: string, input: string) {
    this.#prefix = prefix;
    this.last = input;
  }

  /** Appends a layer `<prefix>_<name>` and returns its whole name. `inputs` where it takes something else than the last. */
  add(name: string, className: string, config: Record<string, unknown> = {}, inputs: string[] = [this.last]): string {
    const layer = { name: `${this.#prefix}_${name}`, className, config, inputs };
    this.layers.push(layer);
    this.last = layer.name;
    return layer.name;
  }
}

/** Configuration of a 3 × 3 convolution that keeps the size. */
export function convolution(filters: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    filters,
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: 'same',
    activation: 'relu',
    use_bias: true,
    ...more,
  };
}

/**
 * Keras' 0.99 needs some hundred steps before its moving statistics are worth validating with, and small data sets have few steps an
 * epoch.
 */
const batchNormMomentum = 0.9;

/**
 * The network of a first stage, as data: pixels of 0 to 255 `[size, size, 3]` → probabilities `[classes]`. 3 × 3
 * convolutions with ReLU, a 2 × 2 max-pool after each second one, then the head. Layer names begin with `stagePrefix`.
 * Throws where the pools would leave nothing of the image.
 */
export function convNetTopology(
  options: ModelOptions,
  { size, classes, stagePrefix }: { size: number; classes: number; stagePrefix: string },
): Topology {
  const pools = Math.floor(options.filters.length / 2);
  if (size >> pools < 1)
    throw new Error(
      `model.filters: ${options.filters.length} convolutions halve the image ${pools} times, and ${size} pixels can be halved ${Math.floor(Math.log2(size))} times. Take fewer filters, or a larger first size.`,
    );
  if (classes < 2) throw new Error(`A classifier needs two classes or more, and the data set has ${classes}.`);
  const input = `${stagePrefix}_input`;
  const chain = new LayerChain(stagePrefix, input);
  chain.add('rescaling', 'Rescaling', { scale: 1 / 255, offset: 0 });
  options.filters.forEach((filters, index) => {
    const number = index + 1;
    if (options.batchNormalization) {
      chain.add(`conv${number}`, 'Conv2D', convolution(filters, { activation: 'linear' }));
      chain.add(`batchNorm${number}`, 'BatchNormalization', { momentum: batchNormMomentum });
      chain.add(`relu${number}`, 'Activation', { activation: 'relu' });
    } else chain.add(`conv${number}`, 'Conv2D', convolution(filters));
    if (number % 2 === 0)
      chain.add(`pool${number / 2}`, 'MaxPooling2D', { pool_size: [2, 2], strides: [2, 2], padding: 'valid' });
  });
  if (options.head === 'globalAverage') chain.add('globalAverage', 'GlobalAveragePooling2D');
  else chain.add('flatten', 'Flatten');
  if (options.denseUnits > 0) chain.add('dense', 'Dense', { units: options.denseUnits, activation: 'relu' });
  if (options.dropout > 0) chain.add('dropout', 'Dropout', { rate: options.dropout });
  chain.add('predictions', 'Dense', { units: classes, activation: 'softmax' });
  return { name: stagePrefix, input, inputShape: [size, size, 3], layers: chain.layers, output: chain.last };
}

/** The network of a first stage, with the first weights that the seed gives it. The caller disposes it. */
export function convNet(
  options: ModelOptions,
  stage: { size: number; classes: number; stagePrefix: string; seed: number },
): tfl.LayersModel {
  const model = buildModel(convNetTopology(options, stage));
  initializeWeights(model, stage.seed);
  return model;
}
