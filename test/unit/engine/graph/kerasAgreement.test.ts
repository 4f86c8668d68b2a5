import { strict as assert } from 'node:assert';
import { createGraphStep } from '../../../../trainer/engine/graph/graphStep.ts';
import { kerasNetwork, kerasRecording, kerasWeights, largestDifference, runKerasCase } from '../kerasCase.ts';
import { useBackend } from '../useBackend.ts';

describe('a graph step agrees with Keras', () => {
  before(async function () {
    await useBackend(this, 'native');
  });

  for (const recorded of kerasRecording.cases) {
    it(recorded.name, async () => {
      const model = kerasNetwork(recorded);
      const { optimizer, labelSmoothing } = recorded;
      const step = createGraphStep(model, { optimizer, labelSmoothing, seed: 1 });
      step.setWeights(kerasWeights(model));
      const difference = largestDifference(await runKerasCase(recorded, step), recorded.losses);
      // RMSprop and Adam amplify rounding: there, what Keras makes of it is the measure.
      const isPlain = optimizer.name === 'sgd';
      const tolerance = isPlain ? 1e-4 : Math.max(1e-4, 4 * recorded.control);
      assert.ok(difference <= tolerance, `losses differ by ${difference}, tolerance ${tolerance}`);
      step.dispose();
      model.dispose();
    });
  }
});
