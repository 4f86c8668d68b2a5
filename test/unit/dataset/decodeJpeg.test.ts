import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import sharp, { type JpegOptions, type Sharp } from 'sharp';
import { decodeJpeg, jpegEighths, type JpegEighths } from '../../../trainer/dataset/jpeg/decodeJpeg.ts';
import { jpegKernelSource } from '../../../trainer/dataset/jpeg/jpegKernelBytes.ts';
import { resample } from '../../../trainer/dataset/resample.ts';
import { randomAt } from '../../../trainer/protocol/random.ts';
import { picture } from './pictures.ts';

const fixture = (name: string) => readFile(path.join(import.meta.dirname, '../../fixtures/jpeg', name));
const grain = (seed: number, width: number, height: number): Sharp => {
  const random = randomAt(seed, 'sample');
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random.next() * 256));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
};

/** What libjpeg-turbo makes of a file, or null for one that is damaged. */
async function byLibvips(bytes: Uint8Array): Promise<Buffer | null> {
  return await sharp(bytes, { failOn: 'error', autoOrient: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer()
    .catch(() => null);
}

/** What is decoded here, kept from the next picture. */
function byUpsize(bytes: Uint8Array, eighths: JpegEighths): Buffer | null {
  const decoded = decodeJpeg(bytes, eighths);
  return decoded && Buffer.from(decoded.pixels);
}

/** A JPEG with an EXIF segment that says how it is turned. */
function withOrientation(jpeg: Buffer, orientation: number, order: 'little' | 'big'): Buffer {
  const isLittle = order === 'little';
  const [short, long] = isLittle
    ? [(value: number) => [value, 0], (value: number) => [value, 0, 0, 0]]
    : [(value: number) => [0, value], (value: number) => [0, 0, 0, value]];
  const tag = isLittle ? [0x12, 0x01] : [0x01, 0x12];
  const entry = [...tag, ...short(3), ...long(1), ...short(orientation), 0, 0];
  const tiff = [...Buffer.from(isLittle ? 'II' : 'MM'), ...short(42), ...long(8), ...short(1), ...entry, ...long(0)];
  const exif = Buffer.from([...Buffer.from('Exif\0\0'), ...tiff]);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif, jpeg.subarray(2)]);
}

/** The mean difference of two pictures. */
function meanOf(one: Uint8Array, other: Uint8Array): number {
  assert.equal(one.length, other.length);
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? NaN)), 0) / one.length;
}

async function assertSame(bytes: Uint8Array, what: string): Promise<void> {
  const decoded = byUpsize(bytes, 8);
  assert.ok(decoded, `${what} is plain`);
  assert.deepEqual(decoded, await byLibvips(bytes), what);
}

describe('a plain JPEG', () => {
  it('is decoded to the bytes that libjpeg-turbo gives', async () => {
    for (const name of ['halfRows.jpg', 'restarts.jpg']) await assertSame(await fixture(name), name);
    await assertSame(await picture(3, 61, 47).greyscale().jpeg().toBuffer(), 'grey');
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(1000),
          width: fc.integer({ min: 16, max: 90 }),
          height: fc.integer({ min: 16, max: 90 }),
          quality: fc.integer({ min: 1, max: 100 }),
          chromaSubsampling: fc.constantFrom('4:4:4', '4:2:0'),
          optimiseCoding: fc.boolean(),
          isGrain: fc.boolean(),
        }),
        async ({ seed, width, height, isGrain, ...options }) => {
          const drawn = (isGrain ? grain : picture)(seed, width, height);
          await assertSame(await drawn.jpeg(options satisfies JpegOptions).toBuffer(), JSON.stringify(options));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is decoded at a fraction of its sides, each pixel about the mean of those that it stands for', async () => {
    for (const [name, chromaSubsampling] of [
      ['all colours', '4:4:4'],
      ['a quarter of the colours', '4:2:0'],
    ] as const) {
      const bytes = await picture(7, 264, 203).jpeg({ quality: 95, chromaSubsampling }).toBuffer();
      const whole = byUpsize(bytes, 8);
      assert.ok(whole);
      for (const eighths of jpegEighths) {
        const [width, height] = [Math.ceil((264 * eighths) / 8), Math.ceil((203 * eighths) / 8)];
        const pixels = byUpsize(bytes, eighths);
        assert.equal(pixels?.length, width * height * 3);
        const side = 8 / eighths;
        let difference = 0;
        let compared = 0;
        // The last row stands for what lies below the picture, too.
        for (let y = 0; y < height - 1; y++) {
          for (let i = 0; i < width * 3; i++) {
            const at = (dx: number, dy: number) =>
              whole[((y * side + dy) * 264 + Math.floor(i / 3) * side + dx) * 3 + (i % 3)] ?? NaN;
            let sum = 0;
            for (let dy = 0; dy < side; dy++) for (let dx = 0; dx < side; dx++) sum += at(dx, dy);
            difference += Math.abs((pixels?.[y * width * 3 + i] ?? NaN) - sum / side ** 2);
            compared++;
          }
        }
        assert.ok(difference / compared < 2, `${name}, ${eighths} eighths: ${difference / compared}`);
      }
    }
  });

  it('is brought to any size as near to a JPEG of all colours as its decoded pixels would be', async () => {
    for (const [name, drawn, chromaSubsampling, width, height] of [
      ['all colours', picture(11, 131, 97), '4:4:4', 48, 48],
      ['a quarter of the colours', picture(12, 131, 97), '4:2:0', 48, 35],
      ['of odd sides, to a half', picture(13, 61, 41), '4:2:0', 31, 21],
      ['in one direction only', picture(14, 90, 64), '4:2:0', 61, 64],
      ['larger', picture(15, 33, 18), '4:2:0', 100, 53],
      ['much smaller', picture(16, 300, 211), '4:2:0', 7, 5],
      ['grey', picture(17, 75, 90).greyscale(), '4:2:0', 32, 32],
    ] as const) {
      const jpeg = (subsampling: string) =>
        drawn.clone().jpeg({ quality: 100, chromaSubsampling: subsampling }).toBuffer();
      const bytes = await jpeg(chromaSubsampling);
      const [whole, scaled] = [decodeJpeg(bytes, 8), decodeJpeg(bytes, 8, { width, height })];
      const allColours = decodeJpeg(await jpeg('4:4:4'), 8);
      assert.ok(whole && scaled && allColours);
      assert.deepEqual([scaled.width, scaled.height, scaled.pixels.length], [width, height, width * height * 3]);
      const best = resample(allColours, width, height).pixels;
      const [mine, usual] = [scaled.pixels, resample(whole, width, height).pixels].map((one) => meanOf(one, best));
      // Each component is rounded once more.
      assert.ok((mine ?? NaN) < (usual ?? NaN) + 0.5, `${name}: ${mine} instead of ${usual}`);
    }
    const halfRows = await fixture('halfRows.jpg');
    assert.equal(decodeJpeg(halfRows, 8, { width: 20, height: 20 })?.pixels.length, 20 * 20 * 3);
  });

  it('is turned as its EXIF says, whole and scaled', async () => {
    const stored = await picture(17, 61, 40).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
    for (const order of ['little', 'big'] as const) {
      for (let orientation = 1; orientation <= 8; orientation++) {
        const bytes = withOrientation(stored, orientation, order);
        await assertSame(bytes, `orientation ${orientation}, ${order}`);
        const { autoOrient } = await sharp(bytes).metadata();
        const half = { width: Math.round(autoOrient.width / 2), height: Math.round(autoOrient.height / 2) };
        const [whole, scaled] = [decodeJpeg(bytes, 8), decodeJpeg(bytes, 8, half)];
        assert.ok(whole && scaled);
        const difference = meanOf(scaled.pixels, resample(whole, half.width, half.height).pixels);
        assert.ok(difference < 1, `orientation ${orientation}: ${difference}`);
      }
    }
    const twice = withOrientation(withOrientation(stored, 6, 'little'), 3, 'little');
    assert.equal(decodeJpeg(twice, 8), null, 'turned in two ways');
  });

  it('is none that is progressive, in other colours or has a profile', async () => {
    const drawn = picture(5, 40, 30);
    for (const [name, bytes] of Object.entries({
      progressive: await drawn.clone().jpeg({ progressive: true }).toBuffer(),
      'four colours': await drawn.clone().toColourspace('cmyk').jpeg().toBuffer(),
      'a profile': await drawn.clone().withIccProfile('p3').jpeg().toBuffer(),
      'RGB without a conversion': await fixture('rgb.jpg'),
      narrow: await picture(6, 9, 30).jpeg().toBuffer(),
      'a PNG': await drawn.clone().png().toBuffer(),
      empty: Buffer.alloc(0),
    })) {
      assert.equal(decodeJpeg(bytes, 8), null, name);
    }
  });

  it('may have an EXIF that does not turn it', async () => {
    await assertSame(
      await picture(8, 50, 40)
        .withExif({ IFD0: { Copyright: 'none' } })
        .jpeg()
        .toBuffer(),
      'another tag',
    );
  });

  it('is left to libvips where it is damaged in the least', async () => {
    const files = [
      await picture(9, 70, 53).jpeg().toBuffer(),
      await grain(10, 40, 40).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
      await fixture('restarts.jpg'),
    ];
    for (const bytes of files) {
      for (let length = 0; length < bytes.length; length += 7) {
        for (const eighths of jpegEighths) {
          assert.equal(decodeJpeg(bytes.subarray(0, length), eighths), null, `${length} of ${bytes.length} bytes`);
        }
      }
    }
    let read = 0;
    let same = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(1e6), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        async (bytes, changes) => {
          const damaged = Buffer.from(bytes);
          for (const [at, value] of changes) damaged[at % damaged.length] = value;
          for (const eighths of jpegEighths) decodeJpeg(damaged, eighths);
          const decoded = byUpsize(damaged, 8);
          if (decoded === null) return;
          const expected = await byLibvips(damaged);
          assert.equal(decoded.length, expected?.length, 'what is read here, libvips reads as well');
          read++;
          if (expected?.equals(decoded)) same++;
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(read > 50, `${read} were read in spite of it`);
    // Numbers that no encoder writes can take more than 16 bits, which every decoder cuts off in its own way.
    assert.ok(same > 0.9 * read, `${same} of ${read} to the same bytes`);
  });

  it('is decoded by the kernel that its source describes', async () => {
    const source = path.join(import.meta.dirname, '../../../trainer/dataset/jpeg/jpegKernel.as');
    const digest = createHash('sha256')
      .update(await readFile(source))
      .digest('hex');
    assert.equal(jpegKernelSource, digest, 'jpegKernel.as was changed: run `node scripts/kernels.ts`');
  });
});
