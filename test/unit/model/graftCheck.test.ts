import { strict as assert } from 'node:assert';
import { freeze } from '../../../trainer/model/freeze.ts';
import { graft } from '../../../trainer/model/graft.ts';
import { describeAsText, describeModel, forwardAccuracy, graftCheck } from '../../../trainer/model/graftCheck.ts';
import { answers, halved, noise, tinyNet, useCpu } from './tinyModels.ts';

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

  it('finds the parent’s accuracy again, and says so when it is gone', async () => {
    const parent = tinyNet();
    const extend = { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' } as const;
    const { model } = graft(parent, extend, { size: 16, stagePrefix: 's16', seed: 1 });
    const count = 10;
    const large = noise(count, 16);
    const truth = answers(parent, halved(large, 16), 8);
    const labels = Int32Array.from({ length: count }, (_, i) => {
      const row = truth.subarray(3 * i, 3 * i + 3);
      return row.indexOf(Math.max(...row));
    });
    const images = { pixels: Uint8Array.from(large), labels, count };
    const predictor = { predict: (pixels: Uint8Array) => answers(model, Float32Array.from(pixels), 16) };
    assert.deepEqual(await graftCheck(predictor, images, { classes: 3, parentAccuracy: 1 }), { accuracy: 1 });
    const wrong = { ...images, labels: labels.map((label) => (label + 1) % 3) };
    await assert.rejects(
      graftCheck(predictor, wrong, { classes: 3, parentAccuracy: 1 }),
      /accuracy of 100\.0 %, and begins with 0\.0 %/,
    );
    model.dispose();
    parent.dispose();
  });

  it('refuses answers that are not numbers, and too few of them', async () => {
    const images = { pixels: new Uint8Array(3), labels: Int32Array.of(0), count: 1 };
    await assert.rejects(forwardAccuracy({ predict: () => Float32Array.of(Number.NaN, 1) }, images, 2), /not numbers/);
    await assert.rejects(forwardAccuracy({ predict: () => Float32Array.of(1) }, images, 2), /1 answers.*2 classes/);
  });
});
