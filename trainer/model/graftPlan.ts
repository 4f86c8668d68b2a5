import type { NamedArray } from '../engine/trainStep.ts';
import type { Extend } from '../protocol/config.ts';
import type { FeederPlace, ReplacedConvolution } from './feeders/feeder.ts';
import { feeders } from './feeders/feeders.ts';
import { convolutionSchema } from './layerKinds.ts';
import { costsOf, type LayerNode, type Topology } from './topology.ts';

const largestSize = 1024;

/** What grafting will build, as data. */
export interface GraftPlan {
  topology: Topology;
  newLayers: LayerNode[];
  /** Weights of new layers that do not begin as other weights do. */
  initial: NamedArray[];
  /** Whether the model will begin with its parent's answers, to rounding. */
  preservesParent: boolean;
}

/** A graft that cannot be made, with what can. */
export class GraftError extends Error {}

/** Where a graft goes: side of its images in pixels, beginning of its new layers' names, seed of their weights. */
export interface GraftStage {
  size: number;
  stagePrefix: string;
  seed: number;
}

/**
 * Works out what a stage's model will be, without a tensor. `parentWeights` give the convolution that a feeder may take the
 * place of. Throws GraftError where the sizes cannot be joined, naming those that can.
 */
export function planGraft(
  parent: Topology,
  parentWeights: readonly NamedArray[],
  extend: Extend,
  stage: GraftStage,
): GraftPlan {
  return extend.strategy === 'resize' ? planResize(parent, stage) : planFeeders(parent, parentWeights, extend, stage);
}

/** The sizes that feeders can join to a parent of this size: twice it, and twice that, up to 1024. */
export function sizesForFeeders(parentSize: number): number[] {
  const sizes: number[] = [];
  for (let size = parentSize * 2; size <= largestSize; size *= 2) sizes.push(size);
  return sizes;
}

/** Of the parent's own size and its doublings up to 1024, those that this way of growing can join to it. */
export function joinableSizes(parent: Topology, parentWeights: readonly NamedArray[], extend: Extend): number[] {
  const parentSize = parentSizeOf(parent);
  return [parentSize, ...sizesForFeeders(parentSize)].filter((size) => {
    try {
      costsOf(planGraft(parent, parentWeights, extend, { size, stagePrefix: `s${size}`, seed: 0 }).topology);
      return true;
    } catch {
      return false;
    }
  });
}

function parentSizeOf({ inputShape: [height, width, channels] }: Topology): number {
  if (height !== width || channels !== 3)
    throw new GraftError(
      `The parent takes ${height} × ${width} × ${channels}; Upsize grows models of square colour images.`,
    );
  return height;
}

function planResize(parent: Topology, { size, stagePrefix }: GraftStage): GraftPlan {
  const parentSize = parentSizeOf(parent);
  const input = `${stagePrefix}_input`;
  const from = (name: string) => (name === parent.input ? input : name);
  const topology: Topology = {
    ...parent,
    name: stagePrefix,
    input,
    inputShape: [size, size, 3],
    layers: parent.layers.map((layer) => ({ ...layer, inputs: layer.inputs.map(from) })),
  };
  const before = costsOf(parent);
  let after;
  try {
    after = costsOf(topology);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraftError(`The model of ${parentSize} pixels cannot carry on at ${size}: ${reason}`, { cause: error });
  }
  for (const [name, cost] of after) {
    const shapes = (weights: readonly { shape: number[] }[]) => weights.map(({ shape }) => shape.join()).join(' ');
    if (shapes(cost.weights) === shapes(before.get(name)?.weights ?? [])) continue;
    throw new GraftError(
      `A model with a flatten head carries on only at its own size, ${parentSize}: layer "${name}" is tied to it, so ${size} ` +
        `pixels cannot be joined. Put a feeder in front ("strategy": "feeder"; sizes ${sizesForFeeders(parentSize).join(', ')}), ` +
        `or train the first stage with "head": "globalAverage", which works at every size.`,
    );
  }
  return { topology, newLayers: [], initial: [], preservesParent: size === parentSize };
}

function planFeeders(
  parent: Topology,
  parentWeights: readonly NamedArray[],
  extend: Extract<Extend, { strategy: 'feeder' }>,
  { size, stagePrefix, seed }: GraftStage,
): GraftPlan {
  const parentSize = parentSizeOf(parent);
  const halvings = Math.log2(size / parentSize);
  if (!Number.isInteger(halvings) || halvings < 1)
    throw new GraftError(
      `${size} pixels cannot be joined to a parent of ${parentSize}: a feeder halves its image, so ` +
        `${listSizes(sizesForFeeders(parentSize))} can follow. Change the stage's size, or use "strategy": "resize".`,
    );
  const rescaling = rescalingOf(parent);
  const replaced = extend.cut === 'firstConvolution' ? firstConvolutionOf(parent, rescaling, parentWeights) : null;

  // Pixels of 0 to 255 come in and the feeder wants 0 to 1, so the rescaling moves to the very front, under this stage's name.
  const input = `${stagePrefix}_input`;
  const front: LayerNode = { ...rescaling, name: `${stagePrefix}_rescaling`, inputs: [input] };
  const newLayers = [front];
  const initial: NamedArray[] = [];
  let image = front.name;
  let preservesParent = true;
  for (let level = 1; level <= halvings; level++) {
    const place = {
      prefix: halvings === 1 ? `${stagePrefix}_feeder` : `${stagePrefix}_feeder${level}`,
      input: image,
      size: size / 2 ** (level - 1),
      replaced: level === halvings ? replaced : null,
      seed,
    };
    const feeder = makeFeeder(extend, place);
    newLayers.push(...feeder.layers);
    initial.push(...feeder.initial);
    image = feeder.output;
    preservesParent &&= feeder.preservesParent;
  }
  const gone = replaced ? replaced.name : rescaling.name;
  const trunk = parent.layers
    .filter((layer) => layer !== rescaling && layer.name !== replaced?.name)
    .map((layer) => ({ ...layer, inputs: layer.inputs.map((from) => (from === gone ? image : from)) }));
  const names = new Set(newLayers.map((layer) => layer.name));
  const clash = trunk.find((layer) => names.has(layer.name));
  if (clash)
    throw new GraftError(
      `Both the parent and the new stage have a layer "${clash.name}". Names begin with the stage's size; was this parent grown at ${size} pixels before?`,
    );
  const layers = [...newLayers, ...trunk];
  const topology: Topology = { name: stagePrefix, input, inputShape: [size, size, 3], layers, output: parent.output };
  return { topology, newLayers, initial, preservesParent };
}

function makeFeeder(extend: Extract<Extend, { strategy: 'feeder' }>, place: FeederPlace) {
  try {
    return feeders[extend.feeder](place);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraftError(`The feeder "${extend.feeder}" with the cut "${extend.cut}" cannot be used here: ${reason}.`, {
      cause: error,
    });
  }
}

/** The layer that brings pixels of 0 to 255 down to 0 to 1: the only one that takes the input. */
function rescalingOf(parent: Topology): LayerNode {
  const [first, ...more] = parent.layers.filter((layer) => layer.inputs.includes(parent.input));
  if (first?.className !== 'Rescaling' || more.length > 0)
    throw new GraftError(
      'The parent does not begin with one Rescaling layer, so a feeder cannot know what pixels its trunk takes.',
    );
  return first;
}

/** The convolution that a feeder can take the place of: the only layer that takes the rescaled image. */
function firstConvolutionOf(
  parent: Topology,
  rescaling: LayerNode,
  weights: readonly NamedArray[],
): ReplacedConvolution {
  const takers = parent.layers.filter((layer) => layer.inputs.includes(rescaling.name));
  const [first, ...more] = takers;
  const kernel = weights.find(({ name }) => name === `${first?.name}/kernel`);
  const outputShape = first && costsOf(parent).get(first.name)?.outputShape;
  if (first?.className !== 'Conv2D' || more.length > 0 || !kernel || !outputShape)
    throw new GraftError(
      `The cut "firstConvolution" needs one convolution that takes the image, and here ${takers.map(({ name }) => `"${name}"`).join(' and ')} ` +
        `${takers.length === 1 ? 'takes' : 'take'} it. Use "cut": "wholeTrunk".`,
    );
  const [height = 0, width = 0, channels = 0] = outputShape;
  const [kernelHeight = 1, kernelWidth = 1] = kernel.shape;
  const convolution = convolutionSchema.parse(first.config);
  return {
    name: first.name,
    filters: channels,
    kernelSize: [kernelHeight, kernelWidth],
    strides: convolution.strides,
    padding: convolution.padding,
    activation: convolution.activation,
    inputSize: parent.inputShape[0],
    outputShape: [height, width, channels],
    kernel,
    bias: weights.find(({ name }) => name === `${first.name}/bias`) ?? null,
  };
}

function listSizes(sizes: readonly number[]): string {
  return sizes.length === 0 ? 'no size within 1024' : sizes.join(', ');
}
