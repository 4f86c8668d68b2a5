import { strict as assert } from 'node:assert';
import * as tf from '@tensorflow/tfjs-core';
import { GradCam } from '../../../trainer/evaluation/gradCam.ts';
import { convNet } from '../../../trainer/model/convNet.ts';
import { graft } from '../../../trainer/model/graft.ts';
import { readWeights, writeWeights } from '../../../trainer/model/modelWeights.ts';
import { tinyOptions, useCpu } from '../model/tinyModels.ts';

const size = 8;

/** A net that answers by colour alone: its maps are red, green, blue, and each class is one of them. */
function colourNet() {
  const options = { ...tinyOptions, filters: [3, 3], denseUnits: 0 };
  const model = convNet(options, { size, classes: 3, stagePrefix: 's8', seed: 1 });
  writeWeights(
    model,
    readWeights(model).map((weight) => {
      const data = new Float32Array(weight.data.length);
      // The middle of each 3 × 3 window, and the dense layer, pass each channel on to itself.
      const from = weight.shape.length === 4 ? 4 * 9 : 0;
      if (weight.name.endsWith('kernel')) for (let channel = 0; channel < 3; channel++) data[from + channel * 4] = 1;
      return { ...weight, data };
    }),
  );
  return model;
}

/** Red in the upper left corner, blue everywhere else. */
const picture = Uint8Array.from({ length: size * size * 3 }, (_, at) => {
  const [x, y, channel] = [Math.floor(at / 3) % size, Math.floor(at / 3 / size), at % 3];
  const corner = x < 4 && y < 4;
  return channel === (corner ? 0 : 2) ? 255 : 0;
});

describe('gradCam', () => {
  before(useCpu);

  it('shows the place that speaks for a class, and nothing for a class without one', () => {
    const model = colourNet();
    const before = tf.memory().numTensors;
    const gradCam = new GradCam(model);
    const red = gradCam.explain(picture, size, 0);
    assert.deepEqual([red.height, red.width], [4, 4]);
    assert.deepEqual([...red.heat], [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(
      [...gradCam.explain(picture, size, 2).heat],
      [...red.heat].map((heat) => 1 - heat),
    );
    assert.ok(gradCam.explain(picture, size, 1).heat.every((heat) => heat === 0));
    gradCam.dispose();
    assert.equal(tf.memory().numTensors, before);
    model.dispose();
  });

  it('works on grafted models', () => {
    const parent = colourNet();
    const { model } = graft(
      parent,
      { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' },
      { size: 16, stagePrefix: 's16', seed: 1 },
    );
    const gradCam = new GradCam(model);
    const { heat } = gradCam.explain(new Uint8Array(16 * 16 * 3).fill(200), 16, 1);
    assert.equal(heat.length, 16);
    assert.ok(heat.every((value) => value >= 0 && value <= 1) && Math.max(...heat) === 1);
    gradCam.dispose();
    model.dispose();
    parent.dispose();
  });
});
