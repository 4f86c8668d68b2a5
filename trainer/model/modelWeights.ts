import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { copyIn, copyOut } from '../engine/namedWeights.ts';
import type { NamedArray } from '../engine/trainStep.ts';
import { randomAt, textSeed } from '../protocol/random.ts';

/**
 * All weights of a model in its order, moving statistics included, as copies: float32, row-major, named by layer and
 * weight (`s48_conv1/kernel`). The names are those of model files, and do not depend on what else the process built.
 */
export function readWeights(model: tfl.LayersModel): NamedArray[] {
  return copyOut(model.weights.map((weight) => [weight.originalName, weight.read()]));
}

function variableOf(weight: tfl.LayerVariable): tf.Variable {
  const variable = weight.read();
  if (!isVariable(variable)) throw new Error(`${weight.originalName}: not a variable.`);
  return variable;
}

function isVariable(tensor: tf.Tensor): tensor is tf.Variable {
  return tensor instanceof tf.Variable;
}

/** Sets the weights that are named; others stay. Throws when a name is unknown or a shape differs, before it sets any. */
export function writeWeights(model: tfl.LayersModel, weights: readonly NamedArray[]): void {
  const variables = model.weights.map((weight) => [weight.originalName, variableOf(weight)] as const);
  copyIn(new Map(variables), weights, 'weight');
}

/**
 * First values of a weight, a function of the seed and its name alone, so that a layer starts the same whatever stands
 * around it: kernels by Glorot's uniform rule (limit √(6 / (fanIn + fanOut)), Keras' default), `gamma` and
 * `moving_variance` ones, all else zeros.
 */
export function initialWeight(name: string, shape: readonly number[], seed: number): NamedArray {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = new Float32Array(size);
  const kind = name.slice(name.lastIndexOf('/') + 1);
  if (kind === 'gamma' || kind === 'moving_variance') data.fill(1);
  if (kind === 'kernel') {
    const fanOutUnits = shape.at(-1) ?? 1;
    const fanInUnits = shape.at(-2) ?? 1;
    const window = size / (fanInUnits * fanOutUnits);
    const limit = Math.sqrt(6 / (window * (fanInUnits + fanOutUnits)));
    const random = randomAt(seed, 'weights', textSeed(name));
    for (let i = 0; i < size; i++) data[i] = (2 * random.next() - 1) * limit;
  }
  return { name, shape: [...shape], data };
}

/** Gives weights their first values: all of the model's, or those of the layers named. */
export function initializeWeights(model: tfl.LayersModel, seed: number, layers?: readonly string[]): void {
  const wanted = layers && new Set(layers);
  const fresh = model.layers
    .filter((layer) => !wanted || wanted.has(layer.name))
    .flatMap((layer) => layer.weights)
    .map(({ originalName, shape }) =>
      initialWeight(
        originalName,
        shape.map((length) => length ?? 0),
        seed,
      ),
    );
  writeWeights(model, fresh);
}

/** SHA-256 (hex) of one tensor: its name, shape and little-endian float32 values. */
export function hashTensor({ name, shape, data }: NamedArray): string {
  return createHash('sha256')
    .update(`${name} [${shape.join()}]\n`)
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}
