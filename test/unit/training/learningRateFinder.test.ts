import { strict as assert } from 'node:assert';
import { createEagerStep } from '../../../trainer/engine/eagerStep.ts';
import type { TrainStep } from '../../../trainer/engine/trainStep.ts';
import { findLearningRate, suggestLearningRate } from '../../../trainer/training/learningRateFinder.ts';
import { useBackend } from '../engine/useBackend.ts';
import { tinyBatches, tinyStageModel, training } from './tinyStage.ts';

async function* endless() {
  for (let epoch = 0; ; epoch++) yield* tinyBatches(1, epoch, 0);
}

async function withStep(test: (step: TrainStep) => Promise<void>) {
  const model = tinyStageModel(1, false);
  const step = createEagerStep(model, { optimizer: training.optimizer, labelSmoothing: 0, seed: 1 });
  await test(step);
  step.dispose();
  model.dispose();
}

describe('learningRateFinder', function () {
  this.timeout(120_000);
  before(function () {
    return useBackend(this, 'wasm');
  });

  it('tries growing rates, suggests one between them, and gives weights and slots back', async () => {
    await withStep(async (step) => {
      const before = [step.getWeights(), step.getSlots()];
      const { rates, losses, suggested } = await findLearningRate({
        step,
        batches: endless(),
        from: 1e-5,
        to: 10,
        steps: 60,
      });
      assert.deepEqual([step.getWeights(), step.getSlots()], before);
      assert.ok(rates.length === losses.length && rates.length > 20);
      assert.ok(Math.abs((rates[1] ?? 0) / (rates[0] ?? 1) - 1e6 ** (1 / 59)) < 1e-9);
      assert.ok(suggested !== null && suggested > 1e-5 && suggested < 1, `${suggested}`);
    });
  });

  it('gives them back after an error too, and stops when asked', async () => {
    await withStep(async (step) => {
      const before = step.getWeights();
      const failing = async function* () {
        for await (const batch of tinyBatches(1, 0, 0)) yield batch;
        throw new Error('the disk is gone');
      };
      await assert.rejects(findLearningRate({ step, batches: failing() }), /the disk is gone/);
      assert.deepEqual(step.getWeights(), before);
      let asked = 0;
      const { rates } = await findLearningRate({ step, batches: endless(), shouldStop: () => ++asked > 3 });
      assert.equal(rates.length, 3);
    });
  });

  it('suggests a tenth of the rate at the least loss, and nothing when the loss never fell', () => {
    assert.equal(suggestLearningRate([0.001, 0.01, 0.1, 1], [2, 1.5, 1, 5]), 0.01);
    assert.equal(suggestLearningRate([0.001, 0.01, 0.1], [2, 1.99, 2.5]), null);
    assert.equal(suggestLearningRate([], []), null);
  });
});
