import * as tf from '@tensorflow/tfjs-core';

/** What decides every random draw inside a training step, beside the layer that draws. */
export interface DrawClock {
  /** Seed of the run, 32 bits. */
  seed: number;
  /** int32 scalar: steps since the beginning of the run. A tensor, so that a traced graph can be fed with it. */
  step: tf.Scalar;
}

let current: DrawClock | undefined;

/** Runs `work` with a clock set, for layers that draw at random. */
export function withDrawClock<T>(clock: DrawClock, work: () => T): T {
  const outer = current;
  current = clock;
  try {
    return work();
  } finally {
    current = outer;
  }
}

/** The clock of the step that runs. Throws outside of one: without it a draw could not be repeated. */
export function drawClock(): DrawClock {
  if (!current) throw new Error('A layer drew at random outside of a training step.');
  return current;
}

/** Name of the kernel that `seededUniform` calls; each engine registers its own. */
export const seededUniformKernel = 'UpsizeSeededUniform';

/**
 * Uniform numbers in [0, 1), float32, as a pure function of the run's seed, the step and the stream: the same on every
 * call, so a resumed run draws what the uninterrupted one drew. Engines draw differently from each other.
 */
export function seededUniform(shape: number[], stream: number): tf.Tensor {
  const { seed, step } = drawClock();
  return tf.tidy(() => {
    const key = tf.scalar((seed ^ stream) | 0, 'int32');
    return tf.engine().runKernel(seededUniformKernel, { key, step }, { shape });
  });
}
