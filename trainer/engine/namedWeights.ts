import * as tf from '@tensorflow/tfjs-core';
import type { NamedArray } from './trainStep.ts';

/** Copies variables out, in their order. */
export function copyOut(variables: Iterable<readonly [string, tf.Tensor]>): NamedArray[] {
  return [...variables].map(([name, tensor]) => ({
    name,
    shape: [...tensor.shape],
    data: Float32Array.from(tensor.dataSync()),
  }));
}

/**
 * Finds the variable of each array by name. Throws when a name is unknown or a shape differs; `what` says what they are,
 * for the message.
 */
export function pairByName<V extends { shape: readonly number[] }>(
  variables: ReadonlyMap<string, V>,
  arrays: readonly NamedArray[],
  what: 'weight' | 'optimizer slot',
): { variable: V; array: NamedArray }[] {
  return arrays.map((array) => {
    const variable = variables.get(array.name);
    if (!variable) throw new Error(`The model has no ${what} "${array.name}".`);
    if (variable.shape.join() !== array.shape.join()) {
      throw new Error(`The ${what} "${array.name}" is [${variable.shape.join()}] here, not [${array.shape.join()}].`);
    }
    return { variable, array };
  });
}

/** Sets variables by name, all or none of them; throws as `pairByName` does. */
export function copyIn(
  variables: ReadonlyMap<string, tf.Variable>,
  arrays: readonly NamedArray[],
  what: 'weight' | 'optimizer slot',
): void {
  for (const { variable, array } of pairByName(variables, arrays, what)) {
    // A copy, because some engines keep the array that they are given.
    tf.tidy(() => variable.assign(tf.tensor(Float32Array.from(array.data), array.shape, 'float32')));
  }
}
