import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { applyTransform, augmentTransforms } from '../../../trainer/dataset/augment.ts';
import type { AugmentationOptions } from '../../../trainer/protocol/config.ts';
import { randomAt } from '../../../trainer/protocol/random.ts';

type Matrix = number[][];
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => [0, 1, 2].map((column) => row.reduce((sum, value, k) => sum + value * (b[k]?.[column] ?? 0), 0)));

/**
 * The plain way: Keras' matrices written out, in its (row, column) order, multiplied one by one about the centre, from the
 * same seven draws.
 */
function reference(options: AugmentationOptions, seed: number, epoch: number, image: number, size: number): number[] {
  const random = randomAt(seed, 'augmentation', epoch, 0, image);
  const [angle, right, down, shear, zoomX, zoomY] = [
    options.rotation,
    options.shift,
    options.shift,
    options.shear,
    options.zoom,
    options.zoom,
  ].map((range) => (2 * random.next() - 1) * range) as [number, number, number, number, number, number];
  const isFlipped = options.horizontalFlip && random.next() < 0.5;
  const theta = (angle * Math.PI) / 180;
  const rotation = [
    [Math.cos(theta), Math.sin(theta), 0],
    [-Math.sin(theta), Math.cos(theta), 0],
    [0, 0, 1],
  ];
  const shift = [
    [1, 0, down * size],
    [0, 1, right * size],
    [0, 0, 1],
  ];
  const slope = [
    [1, 0, 0],
    [shear, 1, 0],
    [0, 0, 1],
  ];
  const zoom = [
    [1 + zoomY, 0, 0],
    [0, 1 + zoomX, 0],
    [0, 0, 1],
  ];
  const centre = (size - 1) / 2;
  const to = (offset: number) => [
    [1, 0, offset],
    [0, 1, offset],
    [0, 0, 1],
  ];
  const flip = [
    [1, 0, 0],
    [0, isFlipped ? -1 : 1, isFlipped ? size - 1 : 0],
    [0, 0, 1],
  ];
  const matrix = [to(centre), rotation, shift, slope, zoom, to(-centre), flip].reduce(times);
  const [
    [rowOfRow = 0, rowOfColumn = 0, rowOffset = 0] = [],
    [columnOfRow = 0, columnOfColumn = 0, columnOffset = 0] = [],
  ] = matrix;
  return [columnOfColumn, columnOfRow, columnOffset, rowOfColumn, rowOfRow, rowOffset, 0, 0];
}

const anyOptions = fc.record({
  rotation: fc.double({ min: 0, max: 180, noNaN: true }),
  shift: fc.double({ min: 0, max: 1, noNaN: true }),
  shear: fc.double({ min: 0, max: 1, noNaN: true }),
  zoom: fc.double({ min: 0, max: 0.9, noNaN: true }),
  horizontalFlip: fc.boolean(),
});
const article: AugmentationOptions = { rotation: 40, shift: 0.2, shear: 0.2, zoom: 0.2, horizontalFlip: true };
const nothing: AugmentationOptions = { rotation: 0, shift: 0, shear: 0, zoom: 0, horizontalFlip: false };

describe('augmentation', () => {
  it('composes rotation, shift, shear, zoom and flip as Keras does', () => {
    fc.assert(
      fc.property(anyOptions, fc.nat(), fc.nat(100), fc.nat(100_000), fc.integer({ min: 8, max: 1024 }), (...drawn) => {
        const [options, seed, epoch, image, size] = drawn;
        const into = new Float32Array(8);
        augmentTransforms({ options, seed, epoch, imageIds: [image], size, into });
        const expected = reference(options, seed, epoch, image, size);
        for (const [at, value] of into.entries()) {
          assert.ok(
            Math.abs(value - (expected[at] ?? NaN)) < 1e-3 * Math.max(1, size / 64),
            `${at}: ${value}, ${expected[at]}`,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does nothing when all is zero', () => {
    const into = new Float32Array(16);
    augmentTransforms({ options: nothing, seed: 3, epoch: 1, imageIds: [5, 9], size: 48, into });
    assert.deepEqual(
      [...into].map((value) => value + 0),
      [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    );
    const pixels = Uint8Array.from({ length: 48 * 48 * 3 }, (_, i) => (i * 31) % 256);
    assert.deepEqual(applyTransform(pixels, 48, into.subarray(0, 8)), pixels);
  });

  it('depends on seed, epoch and image, not on the place in the batch', () => {
    const draw = (seed: number, epoch: number, imageIds: number[]) => {
      const into = new Float32Array(imageIds.length * 8);
      augmentTransforms({ options: article, seed, epoch, imageIds, size: 96, into });
      return imageIds.map((_, at) => [...into.subarray(at * 8, at * 8 + 8)].join());
    };
    const [first, second] = draw(1, 2, [7, 8]);
    assert.deepEqual(draw(1, 2, [8, 7]), [second, first]);
    const others = [first, second, ...draw(2, 2, [7]), ...draw(1, 3, [7])];
    assert.equal(new Set(others).size, 4);
  });

  it('flips half of the images, and moves them within the range', () => {
    const count = 4000;
    const into = new Float32Array(count * 8);
    const imageIds = Uint32Array.from({ length: count }, (_, i) => i);
    augmentTransforms({ options: { ...nothing, horizontalFlip: true }, seed: 1, epoch: 0, imageIds, size: 48, into });
    const flipped = imageIds.filter((i) => into[i * 8] === -1).length;
    assert.ok(Math.abs(flipped - count / 2) < 200, `${flipped} flipped`);
    augmentTransforms({ options: { ...nothing, shift: 0.25 }, seed: 1, epoch: 0, imageIds, size: 48, into });
    const shifts = [...imageIds].map((i) => into[i * 8 + 2] ?? 0);
    assert.ok(Math.max(...shifts) <= 12 && Math.max(...shifts) > 11.9);
    assert.ok(Math.min(...shifts) >= -12 && Math.min(...shifts) < -11.9);
  });

  it('repeats the edge beyond the picture', () => {
    // Four columns, 0 to 3 times 80 bright; everything two pixels to the left.
    const pixels = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => (Math.floor(i / 3) % 4) * 80);
    const moved = applyTransform(pixels, 4, [1, 0, 2, 0, 1, 0, 0, 0]);
    assert.deepEqual(
      [...moved.subarray(0, 12)].filter((_, i) => i % 3 === 0),
      [160, 240, 240, 240],
    );
  });
});
