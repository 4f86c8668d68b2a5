import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import { convNet, convNetTopology } from '../../../trainer/model/convNet.ts';
import { initialWeight, readWeights, writeWeights } from '../../../trainer/model/modelWeights.ts';
import { costsOf, topologyOf } from '../../../trainer/model/topology.ts';
import { answers, noise, tinyNet, tinyOptions, useCpu } from './tinyModels.ts';

const defaults = { ...tinyOptions, filters: [32, 32, 64, 64], denseUnits: 256, dropout: 0.1 };

describe('convNet', () => {
  before(useCpu);
  it('is the net of the issue: 32-32-pool-64-64-pool, global average, dense, softmax', () => {
    const topology = convNetTopology(defaults, { size: 48, classes: 19, stagePrefix: 's48' });
    assert.deepEqual(
      topology.layers.map((layer) => layer.name.replace('s48_', '')),
      [
        'rescaling',
        'conv1',
        'conv2',
        'pool1',
        'conv3',
        'conv4',
        'pool2',
        'globalAverage',
        'dense',
        'dropout',
        'predictions',
      ],
    );
    const costs = costsOf(topology);
    assert.deepEqual(costs.get('s48_pool2')?.outputShape, [12, 12, 64]);
    const parameters = [...costs.values()].reduce((sum, cost) => sum + cost.parameters, 0);
    // Counted by hand: 896 + 9,248 + 18,496 + 36,928 convolutions, 16,640 dense, 4,883 predictions.
    assert.equal(parameters, 896 + 9248 + 18_496 + 36_928 + 16_640 + 4883);
  });

  it('works out by arithmetic what tfjs builds', () => {
    for (const batchNormalization of [false, true])
      for (const head of ['globalAverage', 'flatten'] as const) {
        const model = tinyNet({ batchNormalization, head, filters: [4, 5, 6], dropout: 0.5 }, 9);
        const costs = costsOf(topologyOf(model));
        for (const layer of model.layers.slice(1)) {
          const cost = costs.get(layer.name);
          assert.deepEqual(layer.outputShape, [null, ...(cost?.outputShape ?? [])], layer.name);
          assert.deepEqual(
            layer.weights.map(({ originalName, shape }) => ({ name: originalName, shape })).sort(byName),
            [...(cost?.weights ?? [])].sort(byName),
          );
        }
        model.dispose();
      }
  });

  it('gives probabilities for pixels of 0 to 255', () => {
    const model = tinyNet();
    const probabilities = answers(model, noise(2, 8), 8);
    assert.equal(probabilities.length, 6);
    assert.ok(Math.abs(probabilities.slice(0, 3).reduce((sum, value) => sum + value) - 1) < 1e-6);
    model.dispose();
  });

  it('begins with the same weights for the same seed, whatever was built before', () => {
    const stage = { size: 8, classes: 3, stagePrefix: 's8', seed: 1 };
    const [first, again, other] = [stage, stage, { ...stage, seed: 2 }].map((at) => convNet(tinyOptions, at));
    assert.ok(first && again && other);
    assert.deepEqual(readWeights(first), readWeights(again));
    assert.notDeepEqual(readWeights(first), readWeights(other));
    for (const model of [first, again, other]) model.dispose();
  });

  it('draws kernels by Glorot’s uniform rule', () => {
    const { data } = initialWeight('a/kernel', [3, 3, 32, 64], 1);
    const limit = Math.sqrt(6 / (9 * (32 + 64)));
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    assert.ok(data.every((value) => Math.abs(value) <= limit));
    assert.ok(Math.abs(variance / (limit * limit * (1 / 3)) - 1) < 0.03, `${variance}`);
  });

  it('refuses pools that leave nothing, and one class', () => {
    const stage = { size: 8, classes: 3, stagePrefix: 's8' };
    const filters = new Array<number>(8).fill(4);
    assert.throws(() => convNetTopology({ ...tinyOptions, filters }, stage), /can be halved 3 times/);
    assert.throws(() => convNetTopology(tinyOptions, { ...stage, classes: 1 }), /two classes or more/);
  });

  it('refuses weights of another name or shape, and keeps its own then', () => {
    const model = tinyNet();
    const before = readWeights(model);
    const good = { name: 's8_conv1/bias', shape: [4], data: new Float32Array(4) };
    assert.throws(() => writeWeights(model, [good, { ...good, name: 's8_conv9/bias' }]), /no weight "s8_conv9\/bias"/);
    assert.throws(() => writeWeights(model, [{ ...good, shape: [2] }]), /is \[4\] here, not \[2\]/);
    assert.deepEqual(readWeights(model), before);
    model.dispose();
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const model = tinyNet({ batchNormalization: true });
    readWeights(model);
    model.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
