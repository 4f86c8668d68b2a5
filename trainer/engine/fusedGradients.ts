import * as tf from '@tensorflow/tfjs-core';
// It registers tfjs' own gradients when it is loaded, which must be before they are replaced here.
import '@tensorflow/tfjs-layers';

/** Kernel: gradient of ReLU from the gradient `dy` of its output and that output `y`, in one pass. */
export const reluGradKernel = 'UpsizeReluGrad';
/** Kernel: sum of `dy` over all but its last axis, `[…, channels]` → `[channels]`. */
export const biasAddGradKernel = 'UpsizeBiasAddGrad';

const has = (kernel: string) => tf.getKernel(kernel, tf.getBackend()) !== undefined;

const reluGradient: tf.GradConfig = {
  kernelName: tf.Relu,
  // The output is as good as the input, since only its sign counts, and the input need not be kept then.
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({
    x: () => {
      if (!y || Array.isArray(dy)) throw new Error('Relu has one output.');
      if (has(reluGradKernel)) return tf.engine().runKernel(reluGradKernel, { dy, y });
      return tf.mul(dy, tf.step(y));
    },
  }),
};

/**
 * Replaces tfjs' gradients of `Relu` and of adding a bias by one kernel each, where the engine in use has it. tfjs makes
 * seven passes over an activation for the first (mask, cast, broadcast, product), and reshapes and sums for the second.
 * For each engine that is loaded, since loading tfjs-node registers all of tfjs' own gradients once more.
 */
export function registerFusedGradients(): void {
  if (tf.getGradient(tf.Relu) === reluGradient) return;
  const plainAdd = tf.getGradient(tf.Add);
  tf.registerGradient(reluGradient);
  tf.registerGradient({
    kernelName: tf.Add,
    inputsToSave: ['a', 'b'],
    gradFunc(dy, saved, attrs) {
      const [a, b] = saved;
      const plain = plainAdd.gradFunc(dy, saved, attrs);
      if (!a || !b || Array.isArray(dy)) return plain;
      const isBias =
        b.rank === 1 && a.rank >= 2 && a.shape.at(-1) === b.shape[0] && a.dtype === 'float32' && has(biasAddGradKernel);
      if (!isBias) return plain;
      return { a: () => dy, b: () => tf.engine().runKernel(biasAddGradKernel, { dy }) };
    },
  });
}
