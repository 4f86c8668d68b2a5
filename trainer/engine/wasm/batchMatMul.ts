import * as tf from '@tensorflow/tfjs-core';

/**
 * Lets tfjs' matrix product turn its operands first. It is fast only for a single product of operands that are not to be
 * transposed, and those of a dense layer's gradient are.
 */
export function replaceBatchMatMul(backendName: string): void {
  const plain = tf.getKernel(tf.BatchMatMul, backendName);
  tf.unregisterKernel(tf.BatchMatMul, backendName);
  tf.registerKernel({
    ...plain,
    kernelFunc(parameters) {
      const { a, b } = parameters.inputs as { a: tf.Tensor; b: tf.Tensor };
      const { transposeA, transposeB } = parameters.attrs as { transposeA: boolean; transposeB: boolean };
      const isSingle = [a, b].every(({ shape }) => shape.slice(0, -2).every((length) => length === 1));
      if (!isSingle || a.rank !== b.rank || !(transposeA || transposeB)) return plain.kernelFunc(parameters);
      return tf.tidy(() => tf.matMul(transposeA ? turned(a) : a, transposeB ? turned(b) : b));
    },
  });
}

function turned(matrix: tf.Tensor): tf.Tensor {
  const axes = matrix.shape.map((_, axis) => axis);
  return tf.transpose(matrix, [...axes.slice(0, -2), matrix.rank - 1, matrix.rank - 2]);
}
