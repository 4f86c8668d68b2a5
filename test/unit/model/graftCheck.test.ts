import { strict as assert } from 'node:assert';
import { freeze } from '../../../trainer/model/freeze.ts';
import { graft } from '../../../trainer/model/graft.ts';
import { describeAsText, describeModel, verifyGraft } from '../../../trainer/model/graftCheck.ts';
import { tinyNet, useCpu } from './tinyModels.ts';

describe('graftCheck', () => {
  before(useCpu);
  it('tells what trains, what is frozen, and where it came from', () => {
    const parent = tinyNet();
    const { model, trunkLayers } = graft(
      parent,
      { strategy: 'feeder', feeder: 'lean', cut: 'wholeTrunk' },
      { size: 16, stagePrefix: 's16', seed: 1 },
    );
    freeze(model, 'parent', trunkLayers);
    const description = describeModel(model, { batchSize: 4, trunkLayers });
    // The feeder: 3·3·3·16 + 16, and 16·3 + 3.
    assert.equal(description.trainableParameters, 448 + 51);
    assert.equal(description.totalParameters, 448 + 51 + parent.countParams());
    const layer = (name: string) => description.layers.find((other) => other.name === name);
    assert.deepEqual(layer('s8_conv1'), {
      name: 's8_conv1',
      type: 'Conv2D',
      outputShape: [null, 8, 8, 4],
      parameters: 112,
      trainable: false,
      fromParent: true,
    });
    assert.equal(layer('s16_feeder_conv')?.trainable, true);
    assert.match(describeAsText(description), /s8_conv1 +Conv2D +8 × 8 × 4 +112 +frozen +parent\n/);
    const larger = describeModel(model, { batchSize: 8, trunkLayers });
    assert.ok(larger.memoryBytes > description.memoryBytes);
    model.dispose();
    parent.dispose();
  });

  it('finds the parent’s accuracy again, but for rounding, and says so when it is gone', () => {
    verifyGraft({ accuracy: 0.6, images: 1000, parentAccuracy: 0.61 });
    verifyGraft({ accuracy: 0.8, images: 10, parentAccuracy: 1 });
    verifyGraft({ accuracy: 0, images: 10, parentAccuracy: null });
    assert.throws(
      () => verifyGraft({ accuracy: 0.5, images: 1000, parentAccuracy: 0.61 }),
      /accuracy of 61\.0 %, and begins with 50\.0 %/,
    );
  });
});
