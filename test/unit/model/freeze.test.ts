import { strict as assert } from 'node:assert';
import { freeze } from '../../../trainer/model/freeze.ts';
import { freezeProof, hashFrozen, verifyFreezeProof } from '../../../trainer/model/freezeProof.ts';
import { graft } from '../../../trainer/model/graft.ts';
import { readWeights, writeWeights } from '../../../trainer/model/modelWeights.ts';
import { tinyNet, useCpu } from './tinyModels.ts';

function grafted() {
  const parent = tinyNet({ batchNormalization: true });
  const extend = { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' } as const;
  const result = graft(parent, extend, { size: 16, stagePrefix: 's16', seed: 1 });
  parent.dispose();
  return result;
}

describe('freeze', () => {
  before(useCpu);
  it('by parent: only the feeder trains', () => {
    const { model, trunkLayers } = grafted();
    freeze(model, 'parent', trunkLayers);
    assert.ok(model.trainableWeights.length > 0);
    assert.ok(model.trainableWeights.every((weight) => weight.originalName.startsWith('s16_feeder')));
    freeze(model, 'none', trunkLayers);
    assert.ok(model.trainableWeights.some((weight) => weight.originalName.startsWith('s8_conv1')));
    model.dispose();
  });

  it('by names and globs', () => {
    const { model, trunkLayers } = grafted();
    const frozen = freeze(model, ['s8_conv*', 's16_feeder_conv1'], trunkLayers);
    assert.deepEqual(frozen.sort(), ['s16_feeder_conv1', 's8_conv1', 's8_conv2']);
    model.dispose();
  });

  it('refuses a glob that matches nothing, naming the layers; a dot is a dot', () => {
    const { model, trunkLayers } = grafted();
    assert.throws(() => freeze(model, ['s48_*'], trunkLayers), /no layer is called "s48_\*".*s8_conv1, /);
    assert.throws(() => freeze(model, ['s8.conv1'], trunkLayers), /no layer is called "s8\.conv1"/);
    model.dispose();
  });

  it('refuses to freeze everything', () => {
    const { model, trunkLayers } = grafted();
    assert.throws(() => freeze(model, ['*'], trunkLayers), /nothing to train/);
    model.dispose();
  });

  it('freezes what stands before a layer', () => {
    const model = tinyNet({ batchNormalization: true });
    const training = () => model.trainableWeights.map((weight) => weight.originalName);
    const predictions = ['s8_predictions/kernel', 's8_predictions/bias'];
    freeze(model, 'none', [], 's8_dense');
    assert.deepEqual(training(), ['s8_dense/kernel', 's8_dense/bias', ...predictions]);
    // What is named is frozen too, wherever it stands.
    freeze(model, ['s8_dense'], [], 's8_dense');
    assert.deepEqual(training(), predictions);
    const all = model.layers.map(({ name }) => name);
    assert.throws(() => freeze(model, 'parent', all, 's8_dense'), /nothing to train/);
    assert.throws(() => freeze(model, 'none', [], 'dense'), /no layer "dense"/);
    model.dispose();
  });
});

describe('freezeProof', () => {
  before(useCpu);
  it('holds while only the rest changes, and names each frozen tensor that did change', () => {
    const { model, trunkLayers } = grafted();
    const frozen = freeze(model, 'parent', trunkLayers);
    const before = hashFrozen(readWeights(model), frozen);
    assert.equal(before.size, 4 + 8 + 4, 'two convolutions, two batch norms with moving statistics, two dense layers');
    const set = (name: string) => {
      const weight = readWeights(model).find((other) => other.name === name);
      assert.ok(weight, name);
      weight.data[0] = 123;
      writeWeights(model, [weight]);
    };
    set('s16_feeder_conv1/kernel');
    const held = freezeProof(before, hashFrozen(readWeights(model), frozen));
    assert.equal(held.unchanged, true);
    assert.equal(held.sha256Before, held.sha256After);
    verifyFreezeProof(held);

    set('s8_batchNorm1/moving_mean');
    const broken = freezeProof(before, hashFrozen(readWeights(model), frozen));
    assert.deepEqual(broken.changedTensors, ['s8_batchNorm1/moving_mean']);
    assert.notEqual(broken.sha256Before, broken.sha256After);
    assert.throws(() => verifyFreezeProof(broken), /1 of 16 frozen tensors changed.*s8_batchNorm1\/moving_mean/);
    model.dispose();
  });
});
