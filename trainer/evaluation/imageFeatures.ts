import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { modelPart } from '../model/modelPart.ts';
import { costsOf, elements, topologyOf } from '../model/topology.ts';

/**
 * What a model makes of images before it names them: the values that its last dense layer takes, scaled to length 1, so that
 * the product of two says how alike the model finds them. Built once for many images; `dispose` frees it. Throws when the
 * model has no dense layer.
 */
export class ImageFeatures {
  /** Values of one image. */
  readonly length: number;
  readonly #part: tfl.LayersModel;

  constructor(model: tfl.LayersModel) {
    const topology = topologyOf(model);
    const at = topology.layers.findLastIndex(({ className }) => className === 'Dense');
    const output = topology.layers[at]?.inputs[0];
    const shape = output === undefined ? undefined : costsOf(topology).get(output)?.outputShape;
    if (output === undefined || !shape)
      throw new Error('The model has no layer before a last dense one, so it cannot say how alike images are.');
    this.length = elements(shape);
    this.#part = modelPart(model, { ...topology, layers: topology.layers.slice(0, at), output });
  }

  /** The features of `count` images of `size × size × 3` bytes: `count × length` values. */
  of(pixels: Uint8Array, count: number, size: number): Float32Array {
    return tf.tidy(() => {
      const values = Float32Array.from(pixels.subarray(0, count * size * size * 3));
      const output = this.#part.predict(tf.tensor4d(values, [count, size, size, 3]));
      if (Array.isArray(output)) throw new Error('The model has more than one output.');
      const flat = tf.reshape(output, [count, this.length]);
      const norm = tf.sqrt(tf.sum(tf.square(flat), 1, true));
      return Float32Array.from(tf.div(flat, tf.maximum(norm, 1e-12)).dataSync());
    });
  }

  dispose(): void {
    this.#part.dispose();
  }
}

/**
 * How alike each of `rows` (`count × length` values) is to one of them, −1 to 1: the cosine, as rows have length 1. A row
 * of zeros, of an image that could not be read, is as unlike as can be.
 */
export function likeness(rows: Float32Array, length: number, row: number): Float32Array {
  const count = Math.floor(rows.length / length);
  const own = rows.subarray(row * length, (row + 1) * length);
  return Float32Array.from({ length: count }, (_, at) => {
    let product = 0;
    let square = 0;
    for (let place = 0; place < length; place++) {
      const value = rows[at * length + place] ?? 0;
      product += value * (own[place] ?? 0);
      square += value * value;
    }
    return square === 0 ? -2 : product;
  });
}
