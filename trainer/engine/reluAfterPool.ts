import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import * as z from 'zod';
import { convolutionSchema, weightOf } from './foldedBatchNorm.ts';

const reluConvolutionSchema = convolutionSchema.extend({
  activation: z.literal('relu'),
  dataFormat: z.literal('channelsLast'),
});

/** A layer that ends in ReLU, in two parts. */
interface TwoParts {
  /** What is computed before a max-pool. */
  first: (input: tf.Tensor) => tf.Tensor;
  /** What is as well computed after it, since the largest value stays the largest. */
  last: (pooled: tf.Tensor) => tf.Tensor;
}

/**
 * Lets the layer before a max-pool leave its bias and its ReLU to the max-pool while a step trains, where nothing else takes its
 * output: they are computed of a quarter of the values then, and so are their gradients. The output is the same to the bit, and the
 * gradients up to rounding.
 */
export function moveReluAfterPool(pool: tfl.layers.Layer): void {
  const [node, ...more] = pool.inboundNodes;
  const [before] = node?.inboundLayers ?? [];
  if (!before || more.length > 0 || before.outboundNodes.length > 1) return;
  const parts = partsOf(before);
  if (!parts) return;
  const plain = { before: before.call.bind(before), pool: pool.call.bind(pool) };
  before.call = (inputs, kwargs) =>
    kwargs.training === true ? parts.first(onlyInput(before, inputs)) : plain.before(inputs, kwargs);
  pool.call = (inputs, kwargs) => {
    const pooled = plain.pool(inputs, kwargs);
    return kwargs.training === true ? parts.last(onlyInput(pool, pooled)) : pooled;
  };
}

function partsOf(layer: tfl.layers.Layer): TwoParts | undefined {
  const config = layer.getConfig();
  if (layer.getClassName() === 'Activation' && config.activation === 'relu') {
    return { first: (input) => input, last: (pooled) => tf.relu(pooled) };
  }
  const convolution = layer.getClassName() === 'Conv2D' ? reluConvolutionSchema.safeParse(config) : undefined;
  if (!convolution?.success) return undefined;
  const { strides, padding, dilationRate } = convolution.data;
  return {
    first: (input) => {
      const kernel = weightOf(layer, 'kernel')?.read();
      if (!kernel) throw new Error(`${layer.name}: has no kernel.`);
      return tf.conv2d(
        input as tf.Tensor4D,
        kernel as tf.Tensor4D,
        ...([strides, padding, 'NHWC', dilationRate] as const),
      );
    },
    last: (pooled) =>
      tf.tidy(() => {
        const bias = weightOf(layer, 'bias')?.read();
        return tf.relu(bias ? tf.add(pooled, bias) : pooled);
      }),
  };
}

/** The input of a layer that takes one. */
export function onlyInput(layer: tfl.layers.Layer, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const input = Array.isArray(inputs) ? inputs[0] : inputs;
  if (!input) throw new Error(`${layer.name}: takes one input and got none.`);
  return input;
}
