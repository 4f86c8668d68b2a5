import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { prepareForTraining, trainingLogits } from '../../../trainer/engine/trainingForward.ts';
import { useBackend } from './useBackend.ts';

for (const engine of ['native', 'wasm'] as const) {
  describe(`a ReLU before a max-pool, in training on the ${engine} engine`, () => {
    before(async function () {
      await useBackend(this, engine);
    });

    const { conv2d, activation, maxPooling2d, flatten, dense, add } = tfl.layers;
    type Body = (input: tfl.SymbolicTensor) => tfl.SymbolicTensor;
    const apply = (layer: tfl.layers.Layer, input: tfl.SymbolicTensor | tfl.SymbolicTensor[]) =>
      layer.apply(input) as tfl.SymbolicTensor;
    const pool = (input: tfl.SymbolicTensor) => apply(maxPooling2d({ poolSize: 2, strides: 2 }), input);
    const convolution = (kind: 'relu' | 'linear' | 'tanh', useBias = true) =>
      conv2d({ filters: 3, kernelSize: 3, activation: kind, useBias, biasInitializer: 'randomNormal' });

    /** Sides of what ReLU is computed of while a step trains, and how far its logits are from those of a prediction. */
    async function trained(body: Body) {
      const input = tfl.input({ shape: [10, 10, 2] });
      const logits = apply(dense({ units: 3 }), apply(flatten(), body(input)));
      const model = tfl.model({ inputs: input, outputs: apply(activation({ activation: 'softmax' }), logits) });
      const plain = tfl.model({ inputs: input, outputs: logits });
      const images = tf.randomNormal([4, 10, 10, 2], 0, 1, 'float32', 1);
      const expected = plain.predict(images) as tf.Tensor;
      prepareForTraining(model);
      const sides: number[] = [];
      let difference = NaN;
      const { kernels } = await tf.profile(() => {
        tf.tidy(() => {
          const { value, grads } = tf.variableGrads(() => {
            const given = trainingLogits(model, images);
            difference = Number(tf.max(tf.abs(tf.sub(given, expected))).dataSync()[0]);
            return tf.sum<tf.Scalar>(given);
          });
          assert.ok(value);
          assert.equal(Object.keys(grads).length, model.trainableWeights.length);
        });
      });
      for (const { name, outputShapes } of kernels) if (name === tf.Relu) sides.push(outputShapes[0]?.[1] ?? 0);
      tf.dispose([images, expected]);
      plain.dispose();
      return { sides, isSame: difference < 1e-5 };
    }

    it('is computed of what was pooled, with the bias, to the same values', async () => {
      const bodies: Body[] = [
        (input) => pool(apply(convolution('relu'), input)),
        (input) => pool(apply(convolution('relu', false), input)),
        (input) => pool(apply(activation({ activation: 'relu' }), apply(convolution('linear'), input))),
      ];
      for (const body of bodies) assert.deepEqual(await trained(body), { sides: [4], isSame: true });
    });

    it('is computed before it where something else takes its output', async () => {
      const branching = await trained((input) => {
        const output = apply(convolution('relu'), input);
        return apply(add(), [pool(output), pool(output)]);
      });
      assert.deepEqual(branching, { sides: [8], isSame: true });
    });

    it('leaves other activations where they are', async () => {
      const other = await trained((input) => pool(apply(convolution('tanh'), input)));
      assert.deepEqual(other, { sides: [], isSame: true });
    });
  });
}
