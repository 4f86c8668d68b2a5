import * as tf from '@tensorflow/tfjs-core';

/** One-hot targets `[count, classes]`, row-major, smoothed as Keras does: y · (1 − s) + s / classes. */
export function smoothedTargets(labels: Int32Array, count: number, classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(count * classes).fill(smoothing / classes);
  for (let i = 0; i < count; i++) {
    const label = labels[i] ?? -1;
    if (label < 0 || label >= classes)
      throw new Error(`Label ${label} of image ${i} is not one of ${classes} classes.`);
    targets[i * classes + label] = 1 - smoothing + smoothing / classes;
  }
  return targets;
}

/**
 * Mean softmax cross-entropy of a batch, from logits and targets `[count, classes]` and weights `[count]`, as Keras
 * reduces it: the weighted sum divided by the number of images. A scalar with its own gradient in the logits.
 */
export function softmaxCrossEntropy(logits: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor): tf.Scalar {
  const compute = tf.customGrad((x, save) => {
    const values = x as tf.Tensor;
    const logProbabilities = tf.sub(values, tf.logSumExp(values, 1, true));
    const losses = tf.neg(tf.sum(tf.mul(targets, logProbabilities), 1));
    (save as tf.GradSaveFunc)([logProbabilities]);
    return {
      value: tf.mean(tf.mul(losses, weights)),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
        if (!saved) throw new Error('The cross-entropy saved nothing for its gradient.');
        const share = tf.reshape(tf.div(tf.mul(weights, dy), weights.size), [-1, 1]);
        const mass = tf.sum(targets, 1, true);
        return tf.mul(tf.sub(tf.mul(tf.exp(saved), mass), targets), share);
      },
    };
  });
  return compute(logits) as tf.Scalar;
}
