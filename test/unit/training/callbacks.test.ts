import { strict as assert } from 'node:assert';
import type { RunEvent } from '../../../trainer/protocol/events.ts';
import type { Callback, EpochReport, FitControl } from '../../../trainer/training/callback.ts';
import { bestStepOf, BestWeights } from '../../../trainer/training/callbacks/bestWeights.ts';
import { EarlyStopping } from '../../../trainer/training/callbacks/earlyStopping.ts';
import { ReduceLearningRateOnPlateau } from '../../../trainer/training/callbacks/reduceLearningRateOnPlateau.ts';

function report(epoch: number, valLoss: number, valAccuracy = 0): EpochReport {
  const nothing = { images: 1, seconds: 0, inputSeconds: 0, stepSeconds: 0, evaluationSeconds: 0 };
  return { epoch, step: 10 * (epoch + 1), loss: 1, accuracy: 0, learningRate: 0.1, valLoss, valAccuracy, ...nothing };
}

function control(learningRate = 0.1) {
  const events: RunEvent[] = [];
  const made: FitControl = { learningRate, emit: (event) => events.push(event) };
  return { control: made, events };
}

/** Gives a callback epochs with these validation losses and returns at which epoch it ended training. */
function endsAfter(callback: Callback, losses: readonly number[]): number | null {
  const { control: fit } = control();
  for (const [epoch, loss] of losses.entries()) {
    callback.onEpochEnd?.(report(epoch, loss, 1 - loss), fit);
    if (callback.finished?.() != null) return epoch;
  }
  return null;
}

describe('callbacks', () => {
  it('early stopping: after `patience` epochs that are no better by more than minDelta', () => {
    const losses = [1, 0.9, 0.91, 0.9, 0.95, 0.2];
    assert.equal(endsAfter(new EarlyStopping({ monitor: 'val_loss', patience: 3, minDelta: 0 }), losses), 4);
    assert.equal(endsAfter(new EarlyStopping({ monitor: 'val_accuracy', patience: 3, minDelta: 0 }), losses), 4);
    assert.equal(endsAfter(new EarlyStopping({ monitor: 'val_loss', patience: 2, minDelta: 0.5 }), losses), 2);
    assert.equal(endsAfter(new EarlyStopping({ monitor: 'val_loss', patience: 9, minDelta: 0 }), losses), null);
  });

  it('plateau: cuts the rate after `patience` epochs without a better one, down to the least, as Keras does', () => {
    const callback = new ReduceLearningRateOnPlateau({
      monitor: 'val_loss',
      patience: 2,
      factor: 0.5,
      minLearningRate: 0.02,
    });
    const { control: fit, events } = control(0.1);
    const rates = [1, 0.5, 0.5, 0.49995, 0.6, 0.6, 0.4, 0.5, 0.5, 0.5, 0.5].map((loss, epoch) => {
      callback.onEpochEnd(report(epoch, loss), fit);
      return fit.learningRate;
    });
    // 0.49995 is better by less than Keras' min_delta of 1e-4.
    assert.deepEqual(rates, [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.025, 0.02, 0.02, 0.02]);
    assert.deepEqual(
      events.map((event) => event.type === 'learningRate' && [event.epoch, event.from, event.to]),
      [
        [3, 0.1, 0.05],
        [5, 0.05, 0.025],
        [8, 0.025, 0.02],
      ],
    );
  });

  it('carries its counters over a resume', () => {
    const make = [
      () => new EarlyStopping({ monitor: 'val_loss', patience: 3, minDelta: 0 }),
      () => new ReduceLearningRateOnPlateau({ monitor: 'val_loss', patience: 3, factor: 0.5, minLearningRate: 0 }),
    ];
    for (const fresh of make) {
      const first = fresh();
      const { control: fit } = control();
      for (const [epoch, loss] of [1, 2, 2].entries()) first.onEpochEnd(report(epoch, loss), fit);
      const second = fresh();
      second.restore(JSON.parse(JSON.stringify(first.save())));
      const resumed = control();
      second.onEpochEnd(report(3, 2), resumed.control);
      const acted =
        second instanceof EarlyStopping ? second.finished() !== null : resumed.control.learningRate === 0.05;
      assert.ok(acted, `${second.name}: the third bad epoch counts from before the resume`);
      assert.throws(() => second.restore({ wait: -1 }));
    }
  });

  it('best weights: a copy of the best epoch’s, equals do not replace it', () => {
    let value = 0;
    const callback = new BestWeights('val_accuracy', () => [{ name: 'w', shape: [1], data: Float32Array.of(value) }]);
    for (const [epoch, accuracy] of [0.1, 0.6, 0.6, 0.5].entries()) {
      value = epoch;
      callback.onEpochEnd(report(epoch, 1, accuracy));
    }
    assert.equal(callback.best?.epoch, 1);
    assert.equal(callback.weights?.[0]?.data[0], 1);
    assert.equal(bestStepOf({ bestWeights: callback.save() }), 20);
    assert.equal(bestStepOf({}), null);
  });
});
