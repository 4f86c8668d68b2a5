import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import * as z from 'zod';

/** A frozen convolution whose only consumer is a frozen batch norm: a training step computes both as one convolution. */
export interface FoldedPair {
  convolution: tfl.layers.Layer;
  /** As many channels as the kernel has filters: what the convolution's output is multiplied by, and what is added. */
  affine: () => { scale: tf.Tensor; offset: tf.Tensor };
}

/** What computing a convolution of a layer takes of its config. */
export const convolutionSchema = z.object({
  strides: z.tuple([z.number(), z.number()]),
  padding: z.enum(['same', 'valid']),
  dilationRate: z.union([z.number(), z.tuple([z.number(), z.number()])]),
});

/**
 * The convolution right before a batch norm, when nothing else takes its output and it has no activation of its own; else
 * undefined. Whether the two may be folded is then a matter of whether both are frozen.
 */
export function convolutionBefore(batchNorm: tfl.layers.Layer): tfl.layers.Layer | undefined {
  const [node, ...more] = batchNorm.inboundNodes;
  const [before] = node?.inboundLayers ?? [];
  if (!before || more.length > 0 || before.getClassName() !== 'Conv2D') return undefined;
  if (before.getConfig().activation !== 'linear' || before.outboundNodes.length > 1) return undefined;
  return convolutionSchema.safeParse(before.getConfig()).success ? before : undefined;
}

/** A weight of a layer by its name within it (`kernel`, `gamma`, …). */
export function weightOf(layer: tfl.layers.Layer, name: string): tfl.layers.Layer['weights'][number] | undefined {
  return layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
}

/**
 * The output of a frozen batch norm after a frozen convolution, `[batch, height, width, filters]`, from the convolution's input:
 * since neither changes, the scale goes into the kernel and the offset into the bias, which saves a pass over the activation
 * forward and, as tfjs has it, three backward. The same values up to rounding.
 */
export function foldedConvolution({ convolution, affine }: FoldedPair, input: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const { strides, padding, dilationRate } = convolutionSchema.parse(convolution.getConfig());
    const kernel = weightOf(convolution, 'kernel')?.read();
    if (!kernel) throw new Error(`${convolution.name}: has no kernel.`);
    const { scale, offset } = affine();
    const bias = weightOf(convolution, 'bias')?.read();
    const product = tf.conv2d(
      input as tf.Tensor4D,
      tf.mul<tf.Tensor4D>(kernel, scale),
      ...([strides, padding, 'NHWC', dilationRate] as const),
    );
    return tf.add(product, bias ? tf.add(tf.mul(bias, scale), offset) : offset);
  });
}
