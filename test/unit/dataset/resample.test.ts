import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { halve } from '../../../trainer/dataset/halve.ts';
import type { Picture } from '../../../trainer/dataset/picture.ts';
import { pixelKernelSource } from '../../../trainer/dataset/pixelKernelBytes.ts';
import { resample } from '../../../trainer/dataset/resample.ts';

/** Pixels that have nothing to do with each other, black and white among them. */
function noise(width: number, height: number): Picture {
  const pixels = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) % 256,
  );
  return { pixels, width, height };
}

/** Each pixel straight from the formula: the cubic of a = -0.5 in both directions, widened where it shrinks, and what there is of it normed. */
function byTheFormula(picture: Picture, width: number, height: number): Uint8Array {
  const cubic = (x: number) => {
    const d = Math.abs(x);
    if (d >= 2) return 0;
    return d < 1 ? 1.5 * d ** 3 - 2.5 * d ** 2 + 1 : -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2;
  };
  const weights = (at: number, from: number, to: number) => {
    const scale = Math.max(1, from / to);
    const all = Array.from({ length: from }, (_, i) => cubic((i + 0.5 - ((at + 0.5) * from) / to) / scale));
    const sum = all.reduce((total, weight) => total + weight, 0);
    return all.map((weight) => weight / sum);
  };
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const rows = weights(y, picture.height, height);
    for (let x = 0; x < width; x++) {
      const columns = weights(x, picture.width, width);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (const [row, weight] of rows.entries()) {
          if (weight === 0) continue;
          for (const [column, other] of columns.entries()) {
            sum += weight * other * (picture.pixels[(row * picture.width + column) * 3 + channel] ?? NaN);
          }
        }
        out[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, Math.round(sum)));
      }
    }
  }
  return out;
}

describe('resampling', () => {
  const cases: { from: [number, number]; to: [number, number] }[] = [
    { from: [37, 29], to: [16, 16] },
    { from: [5, 3], to: [16, 24] },
    { from: [1, 1], to: [4, 4] },
    { from: [2, 1], to: [1, 3] },
    { from: [20, 30], to: [20, 7] },
    { from: [6, 90], to: [48, 5] },
    { from: [700, 2], to: [3, 1] },
    { from: [64, 64], to: [63, 65] },
    { from: [2000, 300], to: [2, 8] },
  ];
  for (const { from, to } of cases) {
    it(`from ${from.join(' × ')} to ${to.join(' × ')} is cubic, within one of 255`, () => {
      const picture = noise(...from);
      const { pixels, width, height } = resample(picture, ...to);
      assert.deepEqual([width, height], to);
      const expected = byTheFormula(picture, ...to);
      const worst = Math.max(...pixels.map((value, i) => Math.abs(value - (expected[i] ?? NaN))));
      assert.ok(worst <= 1, `${worst} of 255 apart`);
    });
  }

  it('keeps a plain colour, black and white as they are', () => {
    for (const colour of [0, 1, 77, 254, 255]) {
      const plain = { pixels: new Uint8Array(41 * 53 * 3).fill(colour), width: 41, height: 53 };
      for (const [width, height] of [
        [192, 192],
        [7, 9],
        [41, 12],
      ] as const) {
        assert.ok(resample(plain, width, height).pixels.every((value) => value === colour));
      }
    }
  });

  it('copies a picture that has the size already', () => {
    const picture = noise(9, 7);
    const { pixels } = resample(picture, 9, 7);
    assert.deepEqual(pixels, picture.pixels);
    assert.notEqual(pixels.buffer, picture.pixels.buffer);
  });

  it('halves by exact means at any even side', () => {
    for (const size of [2, 4, 6, 10, 34, 96]) {
      const { pixels } = noise(size, size);
      const half = size / 2;
      const expected = Array.from({ length: half * half * 3 }, (_, i) => {
        const [x, y, channel] = [Math.floor(i / 3) % half, Math.floor(i / 3 / half), i % 3];
        const source = (dx: number, dy: number) => pixels[((2 * y + dy) * size + 2 * x + dx) * 3 + channel] ?? NaN;
        return Math.floor((source(0, 0) + source(1, 0) + source(0, 1) + source(1, 1)) / 4 + 0.5);
      });
      assert.deepEqual([...halve(pixels, size)], expected, `${size} pixels`);
    }
  });

  it('runs the kernel that its source describes', async () => {
    const source = path.join(import.meta.dirname, '../../../trainer/dataset/pixelKernel.wat');
    const digest = createHash('sha256')
      .update(await readFile(source))
      .digest('hex');
    assert.equal(pixelKernelSource, digest, 'pixelKernel.wat was changed: run `node scripts/kernels.ts`');
  });
});
