import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Predictor } from './evaluateModel.ts';

/** A finished model as something that can be scored. The model takes pixels of 0 to 255, `[count, size, size, 3]`. */
export function modelPredictor(model: tfl.LayersModel, size: number): Predictor {
  return {
    async predict(pixels, count) {
      const output = tf.tidy(() => {
        const values = Float32Array.from(pixels.subarray(0, count * size * size * 3));
        const answer = model.predict(tf.tensor4d(values, [count, size, size, 3]));
        if (Array.isArray(answer)) throw new Error('The model has more than one output.');
        return answer;
      });
      try {
        return Float32Array.from(await output.data());
      } finally {
        output.dispose();
      }
    },
  };
}
