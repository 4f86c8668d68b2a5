import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { createEagerStep } from '../../../trainer/engine/eagerStep.ts';
import { convolutionBefore } from '../../../trainer/engine/foldedBatchNorm.ts';
import { convNet } from '../../../trainer/model/convNet.ts';
import { makeBatch } from './graph/pairOfSteps.ts';
import { useBackend } from './useBackend.ts';

describe('convolutionBefore', () => {
  before(async function () {
    await useBackend(this, 'wasm');
  });

  function batchNormAfter(convolution: tfl.layers.Layer, { branch = false } = {}): tfl.layers.Layer {
    const input = tfl.input({ shape: [4, 4, 3] });
    const output = convolution.apply(input) as tfl.SymbolicTensor;
    if (branch) tfl.layers.add().apply([output, output]);
    const batchNorm = tfl.layers.batchNormalization();
    batchNorm.apply(output);
    return batchNorm;
  }

  const convolution = (activation: 'linear' | 'relu') =>
    tfl.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation });

  it('is the convolution whose output goes into the batch norm as it is, and nowhere else', () => {
    const before = convolution('linear');
    assert.equal(convolutionBefore(batchNormAfter(before)), before);
  });

  it('is none where there is an activation between, another consumer, or another layer', () => {
    assert.equal(convolutionBefore(batchNormAfter(convolution('relu'))), undefined);
    assert.equal(convolutionBefore(batchNormAfter(convolution('linear'), { branch: true })), undefined);
    assert.equal(convolutionBefore(batchNormAfter(tfl.layers.maxPooling2d({ poolSize: 2 }))), undefined);
  });
});

for (const engine of ['native', 'wasm'] as const) {
  describe(`a training step with a frozen batch norm on the ${engine} engine`, () => {
    const kind = { size: 8, classes: 3 };

    before(async function () {
      await useBackend(this, engine);
    });

    /** How many passes of batch norm a step makes, and the weights that it trained. */
    async function stepWith(frozen: readonly string[]) {
      const model = convNet(
        { filters: [4, 4], head: 'flatten', denseUnits: 0, dropout: 0, batchNormalization: true },
        { ...kind, stagePrefix: 's8', seed: 3 },
      );
      for (const layer of model.layers) {
        if (frozen.some((name) => layer.name.endsWith(name))) layer.trainable = false;
        // Statistics and factors that make a difference.
        if (layer.getClassName() !== 'BatchNormalization') continue;
        tf.tidy(() => layer.setWeights([0.7, 0.2, 0.1, 2].map((value) => tf.fill([4], value))));
      }
      const step = createEagerStep(model, {
        ...{ optimizer: { name: 'sgd', momentum: 0, nesterov: false }, labelSmoothing: 0, seed: 1 },
      });
      const { kernels } = await tf.profile(async () => {
        await step.run(makeBatch(kind, 0, 5), { learningRate: 0.1, step: 0 });
      });
      const weights = step.getWeights().filter(({ name }) => name.includes('predictions'));
      step.dispose();
      model.dispose();
      return { passes: kernels.filter(({ name }) => name === tf.FusedBatchNorm).length, weights };
    }

    it('makes no pass for it where the convolution before it is frozen too, and trains the rest as if it had', async () => {
      const trunk = ['conv1', 'batchNorm1', 'conv2', 'batchNorm2'];
      const [folded, half] = [await stepWith(trunk), await stepWith(trunk.slice(1))];
      assert.deepEqual([folded.passes, half.passes], [0, 1]);
      const [a, b] = [folded, half].map(({ weights }) => weights.flatMap(({ data }) => [...data]));
      assert.ok(a?.length);
      a.forEach((value, index) => assert.ok(Math.abs(value - (b?.[index] ?? NaN)) < 1e-6));
      assert.notDeepEqual(a, b, 'both were computed in the same way');
    });
  });
}
