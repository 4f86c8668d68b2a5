import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { textSeed } from '../protocol/random.ts';
import { seededUniform } from './drawClock.ts';

/**
 * Dropout whose mask is a function of the run's seed, the step and the layer's name, where tfjs' own layer draws from a
 * generator with hidden state. Its configuration is Keras' `Dropout`'s (`rate`); outside of training it does nothing.
 */
export class SeededDropout extends tfl.layers.Layer {
  static readonly className = 'SeededDropout';
  readonly rate: number;
  readonly #stream: number;

  constructor(args: { name?: string; rate: number }) {
    super(args);
    if (!(args.rate >= 0 && args.rate < 1)) throw new Error(`Dropout rate ${args.rate} is not in [0, 1).`);
    this.rate = args.rate;
    this.supportsMasking = true;
    this.#stream = textSeed(this.name);
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    const input = Array.isArray(inputs) ? inputs[0] : inputs;
    if (!input) throw new Error(`${this.name}: takes one input and got none.`);
    if (kwargs.training !== true || this.rate === 0) return input;
    return tf.tidy(() => {
      const keep = tf.greaterEqual(seededUniform(input.shape, this.#stream), this.rate);
      return tf.mul(input, tf.mul(tf.cast(keep, 'float32'), 1 / (1 - this.rate)));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate };
  }
}

tf.serialization.registerClass(SeededDropout);
