import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Side of the square images that a classifier takes, in pixels, and how many classes it tells apart. */
export function readSignature(model: tfl.LayersModel): { size: number; classes: number } {
  const [, height, width, channels] = model.inputs[0]?.shape ?? [];
  const classes = model.outputs[0]?.shape.at(-1);
  if (typeof height !== 'number' || height !== width || channels !== 3 || typeof classes !== 'number') {
    throw new Error(
      `A training step takes a model of square RGB images, [batch, size, size, 3]; this one takes [${model.inputs[0]?.shape.join()}].`,
    );
  }
  return { size: height, classes };
}

/** The variable behind a weight of a layer. */
export function variableOf(weight: tfl.LayerVariable): tf.Variable {
  const variable = weight.read();
  if (!(variable instanceof tf.Variable)) throw new Error(`${weight.originalName}: not a variable.`);
  return variable as tf.Variable;
}

/** The bytes of a batch of square RGB images, a view. Throws when there are too few. */
export function batchBytes(pixels: Uint8Array, count: number, size: number): Uint8Array {
  const length = count * size * size * 3;
  if (pixels.length < length) {
    throw new Error(
      `${count} images of ${size} × ${size} pixels are ${length} bytes, and ${pixels.length} were given.`,
    );
  }
  return pixels.subarray(0, length);
}
