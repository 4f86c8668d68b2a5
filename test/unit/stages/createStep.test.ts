import { strict as assert } from 'node:assert';
import * as tfl from '@tensorflow/tfjs-layers';
import { GraphRefusedError } from '../../../trainer/engine/graph/graphRefused.ts';
import type { TrainStepOptions } from '../../../trainer/engine/trainStep.ts';
import { createStep } from '../../../trainer/stages/createStep.ts';
import { useBackend } from '../engine/useBackend.ts';

const options: TrainStepOptions = {
  optimizer: { name: 'sgd', momentum: 0, nesterov: false },
  labelSmoothing: 0,
  seed: 1,
};
const batch = { count: 2, pixels: new Uint8Array(2 * 8 * 8 * 3).fill(90), labels: Int32Array.of(0, 1) };

/** A net whose dropout, tfjs' own, draws its mask in JavaScript, or one without. */
function net(dropout: boolean): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.rescaling({ scale: 1 / 255, offset: 0, inputShape: [8, 8, 3] }),
      tfl.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu' }),
      ...(dropout ? [tfl.layers.dropout({ rate: 0.5 })] : []),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

describe('how the steps of a stage are executed', () => {
  before(async function () {
    await useBackend(this, 'native');
  });

  it('as a graph where the model can be traced', () => {
    const model = net(false);
    const { step, fallback } = createStep('native', model, options);
    assert.equal(step.mode, 'graph');
    assert.equal(fallback, null);
    step.dispose();
    model.dispose();
  });

  it('operation by operation where it cannot, with a sentence that says why, and it trains', async () => {
    const model = net(true);
    const { step, fallback } = createStep('native', model, options);
    assert.equal(step.mode, 'eager');
    assert.match(fallback ?? '', /^The model is executed operation by operation, which is slower: .*drawn at random/);
    assert.ok(Number.isFinite((await step.run(batch, { learningRate: 0.01, step: 0 })).loss));
    step.dispose();
    model.dispose();
  });

  it('in the mode in which a run began, or not at all', () => {
    const plain = net(false);
    const { step } = createStep('native', plain, options, 'eager');
    assert.equal(step.mode, 'eager');
    step.dispose();
    plain.dispose();
    const untraceable = net(true);
    assert.throws(() => createStep('native', untraceable, options, 'graph'), GraphRefusedError);
    untraceable.dispose();
  });
});
