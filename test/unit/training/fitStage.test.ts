import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedArray, TrainStep } from '../../../trainer/engine/trainStep.ts';
import { freeze } from '../../../trainer/model/freeze.ts';
import { freezeProof, hashFrozen, verifyFreezeProof } from '../../../trainer/model/freezeProof.ts';
import { readWeights } from '../../../trainer/model/modelWeights.ts';
import type { RunEvent, RunEventOf } from '../../../trainer/protocol/events.ts';
import { DivergedError } from '../../../trainer/training/divergedError.ts';
import type { FitCheckpoint } from '../../../trainer/training/fitStage.ts';
import { useBackend } from '../engine/useBackend.ts';
import { fitTiny, startFrom, stepsPerEpoch, tinyBatches, tinyStageModel, training } from './tinyStage.ts';

const everyStep = { checkpointEverySeconds: 0 };

function only<T extends RunEvent['type']>(events: readonly RunEvent[], type: T): RunEventOf<T>[] {
  return events.filter((event): event is RunEventOf<T> => event.type === type);
}

/** What an epoch found, without how long it took. */
function metrics({ epoch, step, loss, accuracy, valLoss, valAccuracy, learningRate }: RunEventOf<'epoch'>) {
  return { epoch, step, loss, accuracy, valLoss, valAccuracy, learningRate };
}

/** Accuracies that a script gives instead of the validation set. */
function scripted(accuracies: readonly number[]) {
  let next = 0;
  return () => Promise.resolve({ loss: 1 - (accuracies[next] ?? 0), accuracy: accuracies[next++] ?? 0 });
}

/** Runs `work` and counts how often kernels of the backend ran meanwhile. */
async function countKernels<T>(names: readonly string[], work: () => Promise<T>) {
  const counts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  const originals = names.map((name) => tf.getKernel(name, tf.getBackend()));
  const replace = (kernel: tf.KernelConfig) => {
    tf.unregisterKernel(kernel.kernelName, tf.getBackend());
    tf.registerKernel(kernel);
  };
  for (const kernel of originals)
    replace({
      ...kernel,
      kernelFunc(params) {
        counts[kernel.kernelName] = (counts[kernel.kernelName] ?? 0) + 1;
        return kernel.kernelFunc(params);
      },
    });
  try {
    return { value: await work(), counts };
  } finally {
    originals.forEach(replace);
  }
}

describe('fitStage', function () {
  this.timeout(120_000);
  before(function () {
    return useBackend(this, 'wasm');
  });

  it('learns', async () => {
    const { result, events } = await fitTiny({ options: { ...training, epochs: 6, earlyStopping: false } });
    const epochs = only(events, 'epoch');
    assert.equal(result.reason, 'completed');
    assert.deepEqual([result.epochs, result.steps], [6, 6 * stepsPerEpoch]);
    assert.ok((epochs.at(-1)?.loss ?? 9) < 0.9 * (epochs[0]?.loss ?? 0), 'the loss falls');
    assert.ok(epochs.every((epoch) => epoch.images === 22 && Number.isFinite(epoch.valLoss)));
  });

  it('ends with the same weights for the same seed, and with others for another', async () => {
    const [first, again, other] = [await fitTiny(), await fitTiny(), await fitTiny({ seed: 2 })];
    assert.deepEqual(first.weights, again.weights);
    assert.notDeepEqual(first.weights, other.weights);
  });

  it('resumes from any checkpoint, in the middle of an epoch too, and ends with the very weights', async () => {
    const plateau = { monitor: 'val_loss', patience: 1, factor: 0.5, minLearningRate: 0 } as const;
    for (const optimizer of [training.optimizer, { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const]) {
      const options = { ...training, optimizer, epochs: 12, learningRate: 0.3, reduceLearningRate: plateau };
      const whole = await fitTiny({ options, ...everyStep });
      assert.ok(only(whole.events, 'learningRate').length > 0, 'the plateau callback acts in this test');
      const epochs = only(whole.events, 'epoch').map(metrics);
      assert.ok(whole.checkpoints.length >= whole.result.steps, 'a checkpoint after each step');
      for (let index = 0; index < whole.checkpoints.length; index += 5) {
        const start = startFrom(whole.checkpoints.slice(0, index + 1));
        const rest = await fitTiny({ options, start, model: tinyStageModel(99) });
        assert.deepEqual(rest.weights, whole.weights, `from step ${start.state.step}`);
        assert.deepEqual(rest.result, whole.result);
        assert.deepEqual(only(rest.events, 'epoch').map(metrics), epochs.slice(start.state.epoch));
      }
    }
  });

  it('stops after the batch, with a checkpoint, and goes on from there', async () => {
    const whole = await fitTiny();
    for (const stopAt of [1, stepsPerEpoch, stepsPerEpoch + 2]) {
      let steps = 0;
      const counted = (step: TrainStep): TrainStep => ({
        ...step,
        run(batch, clock) {
          steps++;
          return step.run(batch, clock);
        },
      });
      const first = await fitTiny({ wrapStep: counted, shouldStop: () => steps >= stopAt });
      assert.equal(first.result.reason, 'stopped');
      assert.equal(first.result.steps, stopAt);
      assert.equal(first.checkpoints.at(-1)?.state.step, stopAt);
      assert.equal(
        only(first.events, 'steps').reduce((sum, block) => sum + block.loss.length, 0),
        stopAt,
        'every step is reported',
      );
      const second = await fitTiny({ start: startFrom(first.checkpoints) });
      assert.deepEqual(second.weights, whole.weights);
    }
  });

  it('stops while the validation set is scored, and scores it again', async () => {
    const whole = await fitTiny();
    const first = await fitTiny({ validate: () => Promise.resolve(null) });
    assert.equal(first.result.reason, 'stopped');
    assert.deepEqual([first.result.epochs, first.result.steps], [0, stepsPerEpoch]);
    const second = await fitTiny({ start: startFrom(first.checkpoints) });
    assert.deepEqual(second.weights, whole.weights);
    assert.deepEqual(only(second.events, 'epoch').map(metrics), only(whole.events, 'epoch').map(metrics));
  });

  it('ends early, and gives back the best epoch’s weights', async () => {
    const options = {
      ...training,
      epochs: 20,
      earlyStopping: { monitor: 'val_accuracy', patience: 3, minDelta: 0 } as const,
    };
    const { result, weights, checkpoints, events } = await fitTiny({
      options,
      validate: scripted([0.1, 0.5, 0.5, 0.4, 0.3, 0.9]),
    });
    assert.equal(result.epochs, 5);
    assert.equal(result.best?.epoch, 1);
    assert.equal(result.message, 'val_accuracy has not improved for 3 epochs.');
    const best = checkpoints.filter((checkpoint) => checkpoint.isBest);
    assert.deepEqual(
      best.map((checkpoint) => checkpoint.state.epoch),
      [1, 2],
      'epochs finished at the best ones',
    );
    assert.deepEqual(weights, best.at(-1)?.weights);
    assert.notDeepEqual(weights, checkpoints.at(-1)?.weights);
    assert.ok(only(events, 'log').some((event) => event.message === result.message));
    // Whoever starts from the last checkpoint finds the end, not another epoch.
    const again = await fitTiny({ options, start: startFrom(checkpoints), validate: scripted([1]) });
    assert.equal(again.result.epochs, 5);
    assert.deepEqual(again.weights, weights);
  });

  it('refuses best weights of another epoch than the checkpoint speaks of', async () => {
    const { checkpoints } = await fitTiny();
    const start = startFrom(checkpoints);
    await assert.rejects(
      fitTiny({ start: { ...start, best: null } }),
      /belong to step none, and the checkpoint speaks of step/,
    );
  });

  it('stops at a loss that is no number, with what to try, reporting every step before', async () => {
    const poison = (step: TrainStep): TrainStep => ({
      ...step,
      run: (batch, clock) => (clock.step === 5 ? { loss: Number.NaN, correct: 0 } : step.run(batch, clock)),
    });
    const events: RunEvent[] = [];
    const checkpoints: FitCheckpoint[] = [];
    const attempt = fitTiny({
      wrapStep: poison,
      emit: (event) => events.push(event),
      checkpoint: (checkpoint) => void checkpoints.push(checkpoint),
      ...everyStep,
    });
    await assert.rejects(
      attempt,
      (error: Error) =>
        error instanceof DivergedError &&
        /became NaN in epoch 2, at step 5.*"learningRate": 0\.001\b/.test(error.message),
    );
    assert.equal(
      only(events, 'steps').reduce((sum, block) => sum + block.loss.length, 0),
      5,
    );
    assert.equal(checkpoints.at(-1)?.state.step, 5, 'the last checkpoint is from before');
  });

  it('scores and keeps statistics of batch norm that are of the weights of that moment', async () => {
    const seen: NamedArray[][] = [];
    const expected: NamedArray[][] = [];
    let epoch = 0;
    await fitTiny({
      wrapStep: (step) => ({
        ...step,
        async predict(pixels, count) {
          seen.push(step.getWeights());
          // All 22 images, as the four batches of the epoch give them: each image counts the same.
          const sums = new Map<string, NamedArray>();
          for await (const batch of tinyBatches(1, epoch, 0)) {
            for (const { name, shape, data } of await step.batchStatistics(batch.pixels, batch.count)) {
              const sum = sums.get(name) ?? { name, shape, data: new Float32Array(data.length) };
              sums.set(name, {
                ...sum,
                data: sum.data.map((value, i) => value + ((data[i] ?? NaN) * batch.count) / 22),
              });
            }
          }
          expected.push([...sums.values()]);
          epoch++;
          return step.predict(pixels, count);
        },
      }),
    });
    assert.equal(seen.length, 3);
    seen.forEach((weights, index) => {
      for (const { name, data } of expected[index] ?? []) {
        const there = weights.find((weight) => weight.name === name);
        data.forEach((value, i) => assert.ok(Math.abs(value - (there?.data[i] ?? NaN)) < 1e-4, `${name} ${index}`));
      }
    });
    assert.equal(expected[0]?.length, 4, 'two batch norms have two statistics each');
  });

  it('leaves frozen layers alone: no slot is kept, no statistic moved, no gradient computed', async () => {
    for (const batchNormalization of [true, false]) {
      const model = tinyStageModel(1, batchNormalization);
      const frozen = freeze(model, batchNormalization ? ['s8_conv1', 's8_batchNorm1'] : ['s8_conv1'], []);
      const before = hashFrozen(readWeights(model), frozen);
      assert.equal(before.size, batchNormalization ? 6 : 2);
      const ran = await countKernels(['Conv2DBackpropFilter', 'Conv2DBackpropInput'], async () => {
        const { weights, checkpoints, result } = await fitTiny({ model, options: { ...training, epochs: 2 } });
        verifyFreezeProof(freezeProof(before, hashFrozen(weights, frozen)));
        const slots = checkpoints.at(-1)?.slots.map(({ name }) => name) ?? [];
        assert.ok(slots.length > 0 && slots.every((name) => !/s8_(conv1|batchNorm1)/.test(name)));
        return result.steps;
      });
      assert.equal(ran.counts.Conv2DBackpropFilter, ran.value, 'of two convolutions one trains');
      // Before batch norm tfjs fuses convolution and bias, and its gradient gives that of the input whether asked or not.
      if (!batchNormalization) assert.equal(ran.counts.Conv2DBackpropInput, 0, 'nothing is passed back further');
    }
  });

  it('keeps the number of tensors constant', async () => {
    const counts: number[] = [];
    const memory = () => {
      counts.push(tf.memory().numTensors);
      return { rssBytes: 1, tensors: counts.at(-1) ?? 0 };
    };
    const before = tf.memory().numTensors;
    await fitTiny({ memory, options: { ...training, epochs: 4, earlyStopping: false } });
    assert.equal(new Set(counts).size, 1, counts.join());
    assert.equal(tf.memory().numTensors, before);
  });

  it('reports steps in blocks that follow on each other, at most ten a second', async () => {
    let time = 0;
    const { events, result } = await fitTiny({ now: () => (time += 10) });
    const blocks = only(events, 'steps');
    let next = 0;
    for (const block of blocks) {
      assert.equal(block.from, next);
      assert.ok(block.loss.length === block.accuracy.length && block.loss.length === block.stepMs.length);
      next += block.loss.length;
    }
    assert.equal(next, result.steps);
    assert.ok(
      blocks.some((block) => block.loss.length > 1),
      'steps are reported together',
    );
    // The log is in the order of things: an epoch's steps stand before the epoch.
    assert.deepEqual(
      events
        .filter((event) => event.type === 'epoch' || (event.type === 'steps' && event.from % stepsPerEpoch === 0))
        .map((event) => event.type),
      ['steps', 'epoch', 'steps', 'epoch', 'steps', 'epoch'],
    );
  });

  it('writes a checkpoint within an epoch when a minute has passed, and none when not', async () => {
    let time = 0;
    const slow = await fitTiny({ now: () => (time += 15_000), options: { ...training, epochs: 1 } });
    assert.ok(slow.checkpoints.some((checkpoint) => checkpoint.state.stepInEpoch > 0));
    const quick = await fitTiny({ options: { ...training, epochs: 1 } });
    assert.deepEqual(
      quick.checkpoints.map(({ isBest, state }) => [isBest, state.epoch]),
      [[true, 1]],
    );
  });

  it('writes a checkpoint before scoring where a kill then would cost more than a minute, and none where not', async () => {
    for (const [scoringMs, before] of [
      [59_990, 1],
      [1000, 0],
    ] as const) {
      let time = 0;
      const { checkpoints } = await fitTiny({
        now: () => (time += 1),
        options: { ...training, epochs: 2 },
        validate: () => {
          time += scoringMs;
          return Promise.resolve({ loss: 1, accuracy: 0.5 });
        },
      });
      const midEpoch = checkpoints.filter(({ state }) => state.stepInEpoch > 0);
      assert.deepEqual(
        midEpoch.map(({ state }) => state.epoch),
        Array.from({ length: before }, () => 1),
      );
    }
  });

  it('refuses an epoch without images', async () => {
    const empty = async function* () {};
    await assert.rejects(fitTiny({ batches: empty }), /no batch to train on/);
  });
});
