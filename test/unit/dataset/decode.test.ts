import { strict as assert } from 'node:assert';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Color } from 'sharp';
import { decodeToSquare } from '../../../trainer/dataset/decode.ts';
import { halve, halveTo } from '../../../trainer/dataset/halve.ts';
import { openPixels } from '../../../trainer/dataset/openPixels.ts';
import { baseSizeOf } from '../../../trainer/protocol/preprocessing.ts';
import { datasetOptions } from './datasetOptions.ts';
import { makePhotos, picture, prepare, writePicture } from './pictures.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** Red, green and blue at one pixel. */
const at = (pixels: Uint8Array, size: number, x: number, y: number) => [
  ...pixels.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
];
const flat = (width: number, height: number, background: Color, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background } });
const near = (actual: number[], expected: number[], tolerance: number) => {
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? 0))));
  assert.ok(worst <= tolerance, `${actual.join()} is not within ${tolerance} of ${expected.join()}`);
};

describe('from a file to pixels', () => {
  for (const fit of ['stretch', 'crop', 'pad'] as const) {
    it(`gives training and prediction the same bytes at each size (${fit})`, async () => {
      const folder = await temporaryFolder();
      const photos = await makePhotos(folder, { kiwi: 2, lime: 2 });
      await writePicture(path.join(photos, 'kiwi', 'wide.png'), 90, 300, 17);
      await writePicture(path.join(photos, 'lime', 'tall.webp'), 91, 50, 260);
      const sizes = [12, 24, 48, 96, 192, 100, 300];
      const prepared = await prepare(folder, { sizes, options: datasetOptions({ fit }) });
      for (const size of sizes) {
        const pixels = await openPixels(prepared, size);
        assert.equal(pixels.uncached, 0);
        for (const [index, { file }] of prepared.images.entries()) {
          const cached = new Uint8Array(new SharedArrayBuffer(size * size * 3));
          await pixels.read([index], cached);
          const predicted = await decodeToSquare(path.join(photos, file), size, fit);
          assert.deepEqual(Buffer.from(cached), Buffer.from(predicted), `${file} at ${size}`);
          assert.deepEqual(await decodeToSquare(await readFile(path.join(photos, file)), size, fit), predicted);
        }
        await pixels.close();
      }
    });
  }

  it('makes 96 and 48 as exact 2 × 2 means of 192', async () => {
    const jpeg = await picture(5, 348, 348).jpeg().toBuffer();
    const [full, half, quarter] = await Promise.all([192, 96, 48].map((size) => decodeToSquare(jpeg, size, 'stretch')));
    assert.ok(full && half && quarter);
    for (const [from, to, size] of [
      [full, half, 192],
      [half, quarter, 96],
    ] as const) {
      for (const [x, y, channel] of [
        [0, 0, 0],
        [3, 5, 1],
        [size / 2 - 1, size / 2 - 1, 2],
        [7, 1, 2],
      ] as const) {
        const source = (dx: number, dy: number) => from[((2 * y + dy) * size + 2 * x + dx) * 3 + channel] ?? NaN;
        const mean = (source(0, 0) + source(1, 0) + source(0, 1) + source(1, 1)) / 4;
        assert.equal(to[(y * (size / 2) + x) * 3 + channel], Math.floor(mean + 0.5));
      }
    }
  });

  it('makes large JPEGs as sharp as all of their pixels would', async () => {
    for (const [width, height] of [
      [620, 640],
      [1300, 1190],
      [2500, 2400],
    ] as const) {
      const jpeg = await picture(width, width, height).jpeg({ quality: 92 }).toBuffer();
      const pixels = await decodeToSquare(jpeg, 192, 'stretch');
      const expected = await sharp(jpeg)
        .resize(192, 192, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false })
        .raw()
        .toBuffer();
      const difference =
        pixels.reduce((sum, value, i) => sum + Math.abs(value - (expected[i] ?? NaN)), 0) / pixels.length;
      assert.ok(difference < 1, `${width} × ${height}: ${difference} of 255`);
    }
  });

  it('decodes at a side that depends on the size alone', () => {
    const bases = [8, 48, 96, 192, 100, 224, 256, 300, 1024].map(baseSizeOf);
    assert.deepEqual(bases, [256, 192, 192, 192, 200, 224, 256, 300, 1024]);
    assert.throws(() => halve(new Uint8Array(27), 3), RangeError);
    assert.throws(() => halveTo(new Uint8Array(12 * 12 * 3), 12, 5), RangeError);
  });

  it('turns a picture as its EXIF orientation says', async () => {
    // Red left of blue; orientation 6 means that it is shown turned clockwise: red above blue.
    const halves = flat(64, 32, 'blue').composite([
      { input: await flat(32, 32, 'red').png().toBuffer(), left: 0, top: 0 },
    ]);
    const turned = await sharp(await halves.png().toBuffer())
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const pixels = await decodeToSquare(turned, 32, 'stretch');
    near(at(pixels, 32, 16, 3), [254, 0, 0], 12);
    near(at(pixels, 32, 16, 28), [0, 0, 254], 12);
  });

  it('brings grey, 16 bit, CMYK, palettes and transparency to RGB', async () => {
    const colour = { r: 200, g: 120, b: 40 };
    const see = async (bytes: Buffer) => at(await decodeToSquare(bytes, 16, 'stretch'), 16, 8, 8);
    near(await see(await flat(20, 20, colour).toColourspace('rgb16').png().toBuffer()), [200, 120, 40], 2);
    near(await see(await flat(20, 20, colour).png({ palette: true }).toBuffer()), [200, 120, 40], 2);
    near(
      await see(await flat(20, 20, colour).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()),
      [200, 120, 40],
      40,
    );
    for (const space of ['b-w', 'grey16']) {
      const [red = 0, green = 0, blue = 0] = await see(
        await flat(20, 20, colour).toColourspace(space).png().toBuffer(),
      );
      assert.ok(red === green && green === blue && red > 100 && red < 180, `${space}: ${red}, ${green}, ${blue}`);
    }
    const half = await flat(20, 20, { r: 0, g: 0, b: 0, alpha: 0.5 }, 4).png().toBuffer();
    near(await see(half), [128, 128, 128], 2);
    const clear = await flat(20, 20, { r: 255, g: 0, b: 0, alpha: 0 }, 4).webp({ lossless: true }).toBuffer();
    near(await see(clear), [255, 255, 255], 1);
  });

  it('keeps the middle with crop, and all of it on grey with pad', async () => {
    // Red, green and blue thirds, side by side.
    const third = (background: string) => flat(32, 32, background).png().toBuffer();
    const wide = await flat(96, 32, 'red')
      .composite([
        { input: await third('#00ff00'), left: 32, top: 0 },
        { input: await third('#0000ff'), left: 64, top: 0 },
      ])
      .png()
      .toBuffer();
    const cropped = await decodeToSquare(wide, 32, 'crop');
    for (const x of [2, 16, 29]) near(at(cropped, 32, x, 16), [0, 255, 0], 3);
    const padded = await decodeToSquare(wide, 32, 'pad');
    assert.deepEqual(at(padded, 32, 16, 2), [128, 128, 128]);
    assert.deepEqual(at(padded, 32, 16, 29), [128, 128, 128]);
    near(at(padded, 32, 4, 16), [255, 0, 0], 3);
    near(at(padded, 32, 27, 16), [0, 0, 255], 3);
    const stretched = await decodeToSquare(wide, 32, 'stretch');
    near(at(stretched, 32, 4, 1), [255, 0, 0], 3);
  });

  it('reads the first page of an animation', async () => {
    const pages = await Promise.all(['#ff0000', '#0000ff'].map((colour) => flat(20, 20, colour).png().toBuffer()));
    const animated = await sharp(pages, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    const file = path.join(await temporaryFolder(), 'animated.webp');
    await writeFile(file, animated);
    assert.equal((await sharp(animated).metadata()).pages, 2);
    near(at(await decodeToSquare(file, 16, 'stretch'), 16, 8, 8), [255, 0, 0], 1);
  });

  it('agrees with PIL', async () => {
    // Recorded by test/fixtures/pil/record.py: 8-bit RGB after orientation, on white, bicubic to 64 × 64.
    const folder = path.join(import.meta.dirname, '../../fixtures/pil');
    for (const name of ['photo.jpg', 'turned.jpg', 'grey.jpg', 'clear.png', 'colour.webp']) {
      const reference = await readFile(path.join(folder, `${name}.rgb`));
      const pixels = await decodeToSquare(path.join(folder, name), 64, 'stretch', 64);
      const difference =
        pixels.reduce((sum, value, i) => sum + Math.abs(value - (reference[i] ?? 0)), 0) / pixels.length;
      assert.ok(difference < 1, `${name}: ${difference.toFixed(2)} of 255 apart on average`);
    }
  });
});
