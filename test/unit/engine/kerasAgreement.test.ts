import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import { createEagerStep } from '../../../trainer/engine/eagerStep.ts';
import { kerasNetwork, kerasRecording, kerasWeights, largestDifference, runKerasCase } from './kerasCase.ts';
import { useBackend } from './useBackend.ts';

// The formulas of the optimizers are the same on both engines; WASM, being slow, is spared their variants.
const variants = /momentum/;

for (const engine of ['native', 'wasm'] as const) {
  describe(`training steps agree with Keras on the ${engine} engine`, () => {
    before(async function () {
      await useBackend(this, engine);
    });

    const cases = kerasRecording.cases.filter(({ name }) => engine === 'native' || !variants.test(name));
    for (const recorded of cases) {
      it(recorded.name, async () => {
        const tensorsBefore = tf.memory().numTensors;
        const model = kerasNetwork(recorded);
        const step = createEagerStep(model, {
          optimizer: recorded.optimizer,
          labelSmoothing: recorded.labelSmoothing,
          seed: 1,
        });
        const first = kerasWeights(model);
        step.setWeights(first);
        const losses = await runKerasCase(recorded, step);
        const early = largestDifference(losses.slice(0, 5), recorded.losses.slice(0, 5));
        assert.ok(early <= 1e-5, `the first five losses differ by ${early}`);
        // RMSprop and Adam amplify rounding: there, what Keras makes of it is the measure.
        const isPlain = recorded.optimizer.name === 'sgd';
        const tolerance = isPlain ? 1e-4 : Math.max(1e-4, 4 * recorded.control);
        const difference = largestDifference(losses, recorded.losses);
        assert.ok(difference <= tolerance, `losses differ by ${difference}, tolerance ${tolerance}`);

        const last = step.getWeights();
        if (isPlain) {
          for (const { name, data } of last) {
            const sum = data.reduce((total, value) => total + Math.abs(value), 0);
            const expected = recorded.absoluteSums[name] ?? NaN;
            assert.ok(
              Math.abs(sum - expected) <= 1e-4 * Math.max(1, expected),
              `${name}: ${sum}, in Keras ${expected}`,
            );
          }
        }
        const frozen = model.layers.filter(({ trainable }) => !trainable).map(({ name }) => name);
        if (recorded.feeder) assert.ok(frozen.includes('batchNorm1'), 'the trunk is frozen');
        for (const { name, data } of last.filter(({ name }) => frozen.includes(name.split('/')[0] ?? ''))) {
          assert.deepEqual(data, first.find((array) => array.name === name)?.data, `${name} is frozen`);
        }
        step.dispose();
        model.dispose();
        assert.equal(tf.memory().numTensors, tensorsBefore, 'tensors left behind');
      });
    }
  });
}
