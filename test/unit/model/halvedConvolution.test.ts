import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { halvedConvolution } from '../../../trainer/model/feeders/halvedConvolution.ts';
import { buildModel, type LayerNode } from '../../../trainer/model/topology.ts';
import { initialWeight, writeWeights } from '../../../trainer/model/modelWeights.ts';
import { answers, halved, largestDifference, noise, useCpu } from './tinyModels.ts';

const filters = 2;

/** What one layer makes of images of this size. */
function outputs(layer: LayerNode, weights: Parameters<typeof writeWeights>[1], pixels: Float32Array, size: number) {
  const model = buildModel({
    name: 'one',
    input: 'image',
    inputShape: [size, size, 3],
    layers: [layer],
    output: layer.name,
  });
  writeWeights(model, weights);
  const given = answers(model, pixels, size);
  model.dispose();
  return given;
}

describe('halvedConvolution', () => {
  before(useCpu);

  it('does at twice the size what the convolution did after a 2 × 2 mean, wherever it says so', () => {
    let preserved = 0;
    const kernelSide = fc.integer({ min: 1, max: 5 });
    const stride = fc.integer({ min: 1, max: 3 });
    const cases = fc.record({
      kernelSize: fc.tuple(kernelSide, kernelSide),
      strides: fc.tuple(stride, stride),
      padding: fc.constantFrom('same' as const, 'valid' as const),
      size: fc.integer({ min: 5, max: 9 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(cases, ({ kernelSize, strides, padding, size, seed }) => {
        const config = { filters, kernel_size: kernelSize, strides, padding, activation: 'relu', use_bias: true };
        const kernel = initialWeight('conv/kernel', [...kernelSize, 3, filters], seed);
        const bias = { name: 'conv/bias', shape: [filters], data: Float32Array.of(0.1, -0.2) };
        const pixels = noise(1, 2 * size, seed);
        const conv: LayerNode = { name: 'conv', className: 'Conv2D', config, inputs: ['image'] };
        const expected = outputs(conv, [kernel, bias], halved(pixels, 2 * size), size);
        const side = Math.round(Math.sqrt(expected.length / filters));
        const replaced = {
          name: 'conv',
          filters,
          kernelSize,
          strides,
          padding,
          activation: 'relu',
          inputSize: size,
          kernel,
          bias,
        };
        const { layer, initial, preservesParent } = halvedConvolution(
          { ...replaced, outputShape: [side, side, filters] },
          { name: 'doubled', input: 'image', activation: 'relu' },
        );
        const actual = outputs(layer, initial, pixels, 2 * size);
        assert.equal(actual.length, expected.length, 'the same shape');
        if (!preservesParent) return;
        preserved++;
        // Pixels of 0 to 255: rounding errors are of the order of 1e-4.
        assert.ok(largestDifference(actual, expected) < 1e-3);
      }),
      { numRuns: 60, seed: 1 },
    );
    assert.ok(preserved >= 30, `${preserved} of 60 cases are exact`);
  });
});
