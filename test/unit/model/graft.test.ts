import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Extend } from '../../../trainer/protocol/config.ts';
import { graft } from '../../../trainer/model/graft.ts';
import { GraftError } from '../../../trainer/model/graftPlan.ts';
import { readWeights } from '../../../trainer/model/modelWeights.ts';
import { answers, halved, largestDifference, noise, tinyNet, useCpu } from './tinyModels.ts';

type Feeder = Extract<Extend, { strategy: 'feeder' }>;
const feeder = (name: Feeder['feeder'], cut: Feeder['cut'] = 'wholeTrunk'): Extend => ({
  strategy: 'feeder',
  feeder: name,
  cut,
});
const to = (size: number) => ({ size, stagePrefix: `s${size}`, seed: 3 });

function withTiny(options: Parameters<typeof tinyNet>[0], test: (parent: tfl.LayersModel) => void, size = 8) {
  const before = tf.memory().numTensors;
  const parent = tinyNet(options, size);
  test(parent);
  parent.dispose();
  assert.equal(tf.memory().numTensors, before, 'tensors left behind');
}

describe('graft', () => {
  before(useCpu);
  for (const name of ['residual', 'lean'] as const)
    for (const cut of ['wholeTrunk', 'firstConvolution'] as const)
      for (const batchNormalization of [false, true])
        it(`${name}, ${cut}${batchNormalization ? ', batch norm' : ''}: begins with its parent’s answers`, () => {
          withTiny({ batchNormalization, head: 'flatten' }, (parent) => {
            const pixels = noise(4, 16);
            const expected = answers(parent, halved(pixels, 16), 8);
            const { model, preservesParent } = graft(parent, feeder(name, cut), to(16));
            assert.equal(preservesParent, true);
            assert.ok(largestDifference(answers(model, pixels, 16), expected) < 2e-6);
            model.dispose();
          });
        });

  it('grows 8 → 16 → 32 and 8 → 32 with feeders, the answers kept', () => {
    withTiny({}, (parent) => {
      const pixels = noise(2, 32);
      const expected = answers(parent, halved(halved(pixels, 32), 16), 8);
      const middle = graft(parent, feeder('lean', 'firstConvolution'), to(16));
      const large = graft(middle.model, feeder('lean', 'firstConvolution'), to(32));
      const atOnce = graft(parent, feeder('residual'), to(32));
      for (const { model } of [large, atOnce])
        assert.ok(largestDifference(answers(model, pixels, 32), expected) < 2e-6);
      assert.ok(large.trunkLayers.every((layer) => !layer.startsWith('s32_')));
      assert.ok(atOnce.newLayers.includes('s32_feeder1_conv1') && atOnce.newLayers.includes('s32_feeder2_conv1'));
      for (const { model } of [middle, large, atOnce]) model.dispose();
    });
  });

  it('article: two convolutions of 64 and a pool, in either place, with channels that fit', () => {
    withTiny({}, (parent) => {
      for (const [cut, channels] of [
        ['wholeTrunk', 3],
        ['firstConvolution', 4],
      ] as const) {
        const { model, newLayers, trunkLayers, preservesParent } = graft(parent, feeder('article', cut), to(16));
        assert.deepEqual(newLayers, [
          's16_rescaling',
          's16_feeder_conv1',
          's16_feeder_conv2',
          's16_feeder_pool',
          's16_feeder_fit',
        ]);
        assert.deepEqual(model.getLayer('s16_feeder_conv2').outputShape, [null, 16, 16, 64]);
        assert.deepEqual(model.getLayer('s16_feeder_fit').outputShape, [null, 8, 8, channels]);
        assert.equal(trunkLayers.includes('s8_conv1'), cut === 'wholeTrunk');
        assert.equal(preservesParent, false);
        model.dispose();
      }
    });
    withTiny({ filters: [64, 4] }, (parent) => {
      const { model, newLayers } = graft(parent, feeder('article', 'firstConvolution'), to(16));
      assert.ok(!newLayers.includes('s16_feeder_fit'), 'the article’s own case needs no fitting');
      model.dispose();
    });
  });

  it('normalises once, in front of everything', () => {
    withTiny({}, (parent) => {
      const { model } = graft(parent, feeder('residual'), to(16));
      const rescalings = model.layers
        .filter((layer) => layer.getClassName() === 'Rescaling')
        .map((layer) => layer.name);
      assert.deepEqual(rescalings, ['s16_rescaling']);
      model.dispose();
    });
  });

  it('resize: the same layers with the same weights on larger images', () => {
    withTiny({}, (parent) => {
      const { model, newLayers } = graft(parent, { strategy: 'resize' }, to(20));
      assert.deepEqual(newLayers, []);
      assert.deepEqual(model.inputs[0]?.shape, [null, 20, 20, 3]);
      assert.deepEqual(readWeights(model), readWeights(parent));
      model.dispose();
    });
  });

  it('refuses to resize a flatten head, naming the sizes that can be joined', () => {
    withTiny({ head: 'flatten' }, (parent) => {
      const refusal = (error: Error) =>
        error instanceof GraftError &&
        /only at its own size, 8\b.*sizes 16, 32, 64, 128, 256, 512, 1024/.test(error.message);
      assert.throws(() => graft(parent, { strategy: 'resize' }, to(16)), refusal);
    });
  });

  it('refuses a size that is no doubling, naming those that are', () => {
    withTiny({}, (parent) => {
      for (const size of [8, 4, 12, 24])
        assert.throws(
          () => graft(parent, feeder('lean'), to(size)),
          (error: Error) =>
            error instanceof GraftError && error.message.includes('16, 32, 64, 128, 256, 512, 1024 can follow'),
        );
    });
  });

  it('refuses to resize below what the pools need', () => {
    withTiny({ filters: [4, 4, 4, 4] }, (parent) => {
      assert.throws(() => graft(parent, { strategy: 'resize' }, to(3)), /cannot carry on at 3.*no pixel would be left/);
    });
  });

  it('refuses the first convolution where several layers take the image', () => {
    withTiny({}, (parent) => {
      const middle = graft(parent, feeder('residual'), to(16));
      assert.throws(
        () => graft(middle.model, feeder('lean', 'firstConvolution'), to(32)),
        /"s16_feeder_conv1" and "s16_feeder_mean" take it\. Use "cut": "wholeTrunk"/,
      );
      middle.model.dispose();
    });
  });

  it('leaves the parent as it was', () => {
    withTiny({}, (parent) => {
      const before = readWeights(parent);
      graft(parent, feeder('residual', 'firstConvolution'), to(16)).model.dispose();
      assert.deepEqual(readWeights(parent), before);
    });
  });
});
