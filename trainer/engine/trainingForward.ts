import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { batchNormTraining } from './batchNormTraining.ts';
import { moveReluAfterPool, onlyInput } from './reluAfterPool.ts';
import { convolutionBefore, foldedConvolution, weightOf } from './foldedBatchNorm.ts';

/**
 * Makes a model's layers ready for Upsize's training steps, once for a model:
 * - batch norm uses the fused operation, works without scale or offset, and runs in inference mode where it is frozen
 *   (`trainable` false on it or on a model around it), as in Keras; stock tfjs goes on updating its statistics;
 * - a frozen batch norm after a frozen convolution is folded into it while a step trains;
 * - a ReLU before a max-pool is computed after it while a step trains;
 * - while `observeBatchStatistics` runs, batch norm says what it is given.
 *
 * Whether a layer is frozen is looked up in each call, so nothing has to be prepared again after freezing.
 */
export function prepareForTraining(model: tfl.LayersModel): void {
  visit(model, [model]);
}

const prepared = new WeakSet<tfl.layers.Layer>();

function visit(layer: tfl.layers.Layer, around: readonly tfl.layers.Layer[]): void {
  if ('layers' in layer && Array.isArray(layer.layers)) {
    for (const inner of layer.layers as tfl.layers.Layer[]) visit(inner, [...around, inner]);
    return;
  }
  const kind = layer.getClassName();
  if (!['MaxPooling2D', 'BatchNormalization'].includes(kind) || prepared.has(layer)) return;
  prepared.add(layer);
  if (kind === 'MaxPooling2D') {
    moveReluAfterPool(layer);
    return;
  }
  const plainCall = layer.call.bind(layer);
  const parts = batchNormParts(layer);
  const isFolded = foldBackwards(layer, around, parts);
  layer.call = (inputs, kwargs) => {
    const input = onlyInput(layer, inputs);
    if (isFolded(kwargs)) return input;
    const trains = around.every((owner) => owner.trainable) && (kwargs.training === true || observer);
    if (!trains) return plainCall(inputs, { ...kwargs, training: false });
    return tf.tidy(() => {
      const channels = input.shape.at(-1) ?? 1;
      const { y, mean, variance } = batchNormTraining(
        input,
        parts.weight('gamma')?.read() ?? tf.ones([channels]),
        parts.weight('beta')?.read() ?? tf.zeros([channels]),
        parts.epsilon,
      );
      for (const [name, fresh] of [
        ['moving_mean', mean],
        ['moving_variance', variance],
      ] as const) {
        const moving = parts.weight(name);
        if (!moving) throw new Error(`${layer.name}: has no ${name}.`);
        if (observer) {
          observer(moving.originalName, fresh);
          continue;
        }
        const old = moving.read();
        moving.write(tf.add(tf.mul(old, parts.momentum), tf.mul(fresh, 1 - parts.momentum)));
      }
      return y;
    });
  };
}

/**
 * Lets the convolution before a batch norm give the batch norm's output where a step trains and both are frozen. Tells of a call
 * whether it does.
 */
function foldBackwards(
  batchNorm: tfl.layers.Layer,
  around: readonly tfl.layers.Layer[],
  parts: ReturnType<typeof batchNormParts>,
): (kwargs: { training?: unknown }) => boolean {
  const convolution = convolutionBefore(batchNorm);
  if (!convolution) return () => false;
  const isFrozen = (layer: tfl.layers.Layer) => [layer, ...around.slice(0, -1)].some(({ trainable }) => !trainable);
  const isFolded = (kwargs: { training?: unknown }) =>
    kwargs.training === true && isFrozen(batchNorm) && isFrozen(convolution);
  const plainCall = convolution.call.bind(convolution);
  convolution.call = (inputs, kwargs) =>
    isFolded(kwargs)
      ? foldedConvolution({ convolution, affine: parts.affine }, onlyInput(convolution, inputs))
      : plainCall(inputs, kwargs);
  return isFolded;
}

let observer: ((name: string, statistic: tf.Tensor) => void) | undefined;

/**
 * Applies a prepared model to images out of training mode, but each batch norm that trains normalises by the batch before
 * it, and `observe` is told its mean and biased variance, float32 `[channels]`, by the name of the moving statistic that
 * they belong to. No weight changes. The tensors are gone afterwards unless `observe` keeps them.
 */
export function observeBatchStatistics(
  model: tfl.LayersModel,
  images: tf.Tensor,
  observe: (name: string, statistic: tf.Tensor) => void,
): void {
  observer = observe;
  try {
    tf.tidy(() => void model.apply(images, { training: false }));
  } finally {
    observer = undefined;
  }
}

function batchNormParts(layer: tfl.layers.Layer) {
  const { axis, momentum, epsilon } = layer.getConfig();
  const last = layer.weights[0] ? -1 : axis;
  if (typeof momentum !== 'number' || typeof epsilon !== 'number' || typeof last !== 'number') {
    throw new Error(`${layer.name}: not a batch normalisation that can be trained.`);
  }
  const weight = (name: string) => weightOf(layer, name);
  /** What an inference multiplies by and adds, `[channels]` each. */
  const affine = () => {
    const [mean, variance] = [weight('moving_mean')?.read(), weight('moving_variance')?.read()];
    if (!mean || !variance) throw new Error(`${layer.name}: has no moving statistics.`);
    const deviation = tf.rsqrt(tf.add(variance, epsilon));
    const [gamma, beta] = [weight('gamma')?.read(), weight('beta')?.read()];
    const scale = gamma ? tf.mul(gamma, deviation) : deviation;
    const shift = tf.mul(mean, scale);
    return { scale, offset: beta ? tf.sub(beta, shift) : tf.neg(shift) };
  };
  return { momentum, epsilon, weight, affine };
}

/**
 * Values of a classifier before its last softmax, float32 `[batch, classes]`, with its layers in training mode: the loss
 * is computed from these, as Keras does, since log(softmax) loses digits. Throws when the model does not end in softmax.
 */
export function trainingLogits(model: tfl.LayersModel, pixels: tf.Tensor): tf.Tensor {
  const last = lastLayer(model);
  const activation: unknown = Reflect.get(last, 'activation');
  const isSoftmax =
    ['Dense', 'Activation'].includes(last.getClassName()) && last.getConfig().activation === 'softmax' && activation;
  if (!isSoftmax) {
    throw new Error(`The model ends in ${last.name} (${last.getClassName()}); a classifier must end in softmax.`);
  }
  Reflect.set(last, 'activation', linear());
  try {
    const output = model.apply(pixels, { training: true });
    if (!(output instanceof tf.Tensor)) throw new Error('The model must have one output.');
    return output;
  } finally {
    Reflect.set(last, 'activation', activation);
  }
}

function lastLayer(model: tfl.LayersModel): tfl.layers.Layer {
  const [output, ...more] = model.outputs;
  if (!output || more.length > 0) throw new Error(`The model has ${model.outputs.length} outputs; it must have one.`);
  const layer = output.sourceLayer;
  return layer instanceof tfl.LayersModel ? lastLayer(layer) : layer;
}

let linearActivation: unknown;

// tfjs does not export its activation classes; a layer that has one does.
function linear(): unknown {
  linearActivation ??= Reflect.get(tfl.layers.activation({ activation: 'linear' }), 'activation');
  return linearActivation;
}
