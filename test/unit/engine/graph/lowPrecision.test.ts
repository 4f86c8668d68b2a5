import { strict as assert } from 'node:assert';
import { hasBfloat16, whyNoBfloat16 } from '../../../../trainer/engine/bfloat16.ts';
import { createGraphStep } from '../../../../trainer/engine/graph/graphStep.ts';
import type { OptimizerOptions } from '../../../../trainer/engine/trainStep.ts';
import { convNet } from '../../../../trainer/model/convNet.ts';
import { freeze } from '../../../../trainer/model/freeze.ts';
import { graft } from '../../../../trainer/model/graft.ts';
import { useBackend } from '../useBackend.ts';
import { largestDifference, makeBatch } from './pairOfSteps.ts';

const sgd: OptimizerOptions = { name: 'sgd', momentum: 0.9, nesterov: false };
const common = { optimizer: sgd, labelSmoothing: 0, seed: 3 } as const;
const net = { filters: [8, 8], head: 'globalAverage', denseUnits: 16, dropout: 0.2, batchNormalization: true } as const;

describe('a step in bfloat16', () => {
  before(async function () {
    // The other engine first: a step's graph is the same whatever else the process has loaded before.
    await useBackend(this, 'wasm');
    await useBackend(this, 'native');
  });

  for (const batchNormalization of [true, false]) {
    it(`agrees with float32 to bfloat16's 8 bits, ${batchNormalization ? 'with' : 'without'} batch norm, over any batch size`, () => {
      const options = { ...net, filters: [...net.filters], batchNormalization };
      const parent = convNet(options, { size: 8, classes: 3, stagePrefix: 's8', seed: 1 });
      const { model } = graft(
        parent,
        { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' },
        {
          ...{ size: 16, stagePrefix: 's16', seed: 1 },
        },
      );
      freeze(model, 'none', []);
      const exact = createGraphStep(model, common);
      const low = createGraphStep(model, { ...common, precision: 'bfloat16' });
      const begun = low.getWeights();
      let apart = 0;
      for (const [index, count] of [16, 16, 5, 16, 1, 16].entries()) {
        const batch = makeBatch({ size: 16, classes: 3, augment: index % 2 === 1 }, index, count);
        const clock = { learningRate: 0.02, step: index };
        const [a, b] = [exact.run(batch, clock).loss, low.run(batch, clock).loss];
        assert.ok(Math.abs(a - b) < 0.03 * Math.max(1, a), `step ${index}: ${a} and ${b}`);
        apart = Math.max(apart, Math.abs(a - b));
      }
      assert.ok(apart > 1e-6, 'the losses are the very same: nothing was computed in bfloat16');
      // The weights moved, further than the two are from each other.
      const moved = largestDifference(low.getWeights(), begun);
      assert.ok(largestDifference(low.getWeights(), exact.getWeights()) < 0.3 * moved);
      for (const step of [exact, low]) step.dispose();
      for (const one of [parent, model]) one.dispose();
    });
  }

  it('predicts in float32: the same weights give the same answers, however they are trained', () => {
    const model = convNet({ ...net, filters: [...net.filters] }, { size: 8, classes: 3, stagePrefix: 's8', seed: 1 });
    const [exact, low] = [createGraphStep(model, common), createGraphStep(model, { ...common, precision: 'bfloat16' })];
    const { pixels } = makeBatch({ size: 8, classes: 3 }, 1, 4);
    assert.deepEqual(low.predict(pixels, 4), exact.predict(pixels, 4));
    for (const step of [exact, low]) step.dispose();
    model.dispose();
  });

  it('goes from operation to operation without becoming float32 between them', () => {
    const options = { ...net, filters: [8, 8, 8, 8] };
    const model = convNet(options, { size: 16, classes: 3, stagePrefix: 's16', seed: 1 });
    const [exact = 0, low = 0] = (['float32', 'bfloat16'] as const).map((precision) => {
      const step = createGraphStep(model, { ...common, precision });
      const casts = step.operations.get('Cast') ?? 0;
      step.dispose();
      return casts;
    });
    model.dispose();
    // There are two copies of the step, with augmentation and without.
    const added = (low - exact) / 2;
    // Each of four convolutions and two dense layers: its weights in, its weights' gradient out, its bias's in and out.
    // Beside these only the image, and where the activations leave for the mean over the image and the softmax.
    assert.ok(added > 0 && added <= 6 * 4 + 8, `${added} casts were added`);
  });
});

describe('whether a machine has bfloat16', () => {
  it('is read from the flags of its processor', () => {
    assert.equal(hasBfloat16('flags\t\t: fpu avx2 avx512f avx512_bf16 sha_ni\n'), true);
    assert.equal(hasBfloat16('Features\t: fp asimd bf16 i8mm\n'), true);
    assert.equal(hasBfloat16('flags\t\t: fpu avx2 avx512f avx512_vnni\n'), false);
    assert.equal(hasBfloat16(''), false);
  });

  it('is a sentence with what to do where it has not', () => {
    assert.equal(whyNoBfloat16({ name: 'native' }, true), null);
    assert.match(whyNoBfloat16({ name: 'wasm' }, true)?.reason ?? '', /native engine, and this is the wasm engine/);
    assert.match(whyNoBfloat16({ name: 'native' }, false)?.reason ?? '', /processor/);
    assert.match(whyNoBfloat16({ name: 'native' }, false)?.advice ?? '', /"float32"/);
  });
});
