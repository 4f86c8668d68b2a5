import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import {
  Clusters,
  forEachNearPair,
  nearDuplicateBits,
  type Appearance,
} from '../../../trainer/dataset/nearDuplicates.ts';
import { colourGrid, greyCells, isGrey, perceptualHash } from '../../../trainer/dataset/perceptualHash.ts';
import { scaleDown } from '../../../trainer/dataset/scaleDown.ts';
import type { Picture } from '../../../trainer/dataset/picture.ts';
import { picture } from './pictures.ts';

async function decoded(image: Sharp): Promise<Picture> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** The hash of the package that ours is held against; its types do not fit its module format. */
async function packageHash(file: Buffer): Promise<unknown> {
  const phash: unknown = createRequire(import.meta.url)('sharp-phash');
  assert.ok(typeof phash === 'function');
  return await (Reflect.apply(phash, undefined, [file]) as Promise<unknown>);
}

const bits = (hash: string) =>
  [...hash].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
const grey = '80'.repeat(48);

function nearDuplicatePairs(images: readonly (Appearance | null)[]): [number, number][] {
  const pairs: [number, number][] = [];
  forEachNearPair(images, (first, second) => pairs.push([first, second]));
  return pairs;
}

describe('near-duplicates', () => {
  it('hashes as sharp-phash does', async () => {
    for (let seed = 0; seed < 25; seed++) {
      const own = await decoded(picture(seed, 60 + seed, 90 - seed));
      const cells = sharp(greyCells(own), { raw: { width: 32, height: 32, channels: 1 } });
      assert.equal(bits(perceptualHash(own)), await packageHash(await cells.png().toBuffer()));
    }
  });

  it('gives nearly the same hash whatever the size and quality', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const large = await decoded(picture(seed, 300, 200));
      const small = await decoded(sharp(await picture(seed, 80, 60).jpeg({ quality: 50 }).toBuffer()));
      const other = await decoded(picture(seed + 100, 300, 200));
      const appearance = (one: Picture) => ({ phash: perceptualHash(one), colours: colourGrid(one) });
      assert.deepEqual(nearDuplicatePairs([appearance(large), appearance(other), appearance(small)]), [[0, 2]]);
    }
  });

  it('finds every pair that comparing all with all finds, once', () => {
    const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const flips = fc.uniqueArray(fc.nat(63), { maxLength: nearDuplicateBits + 3 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ word, copies: fc.array(flips, { maxLength: 4 }) }), { maxLength: 12 }),
        (families) => {
          const hashes = families.flatMap((family) => [
            family.word,
            ...family.copies.map((flipped) => flipped.reduce((hash, bit) => hash ^ (1n << BigInt(bit)), family.word)),
          ]);
          const distance = (a: bigint, b: bigint) => (a ^ b).toString(2).replaceAll('0', '').length;
          const expected: string[] = [];
          for (const [b, hash] of hashes.entries()) {
            // Of those exactly alike, only the first is compared with others.
            const first = hashes.indexOf(hash);
            if (first < b) expected.push(`${first},${b}`);
            else {
              for (let a = 0; a < b; a++) {
                const other = hashes[a] ?? 0n;
                if (hashes.indexOf(other) === a && distance(other, hash) <= nearDuplicateBits)
                  expected.push(`${a},${b}`);
              }
            }
          }
          const images = hashes.map((hash) => ({ phash: hash.toString(16).padStart(16, '0'), colours: grey }));
          assert.deepEqual(nearDuplicatePairs(images).map(String).sort(), expected.sort());
        },
      ),
      { numRuns: 200 },
    );
  });

  it('does not take two colours of one shape for the same picture', () => {
    const hash = '0123456789abcdef';
    const other = 'c0'.repeat(48);
    assert.deepEqual(nearDuplicatePairs([{ phash: hash, colours: grey }, null, { phash: hash, colours: other }]), []);
  });

  it('joins pairs to sets', () => {
    const clusters = new Clusters(7);
    for (const [a, b] of [
      [5, 2],
      [2, 6],
      [0, 1],
    ] as const)
      clusters.join(a, b);
    assert.deepEqual(clusters.members(2), [
      [0, 1],
      [2, 5, 6],
    ]);
    assert.equal(clusters.find(6), 2);
    assert.equal(clusters.members().length, 4);
  });

  it('knows grey pictures', async () => {
    const colour = picture(3, 60, 60);
    assert.equal(isGrey(await decoded(colour)), false);
    const faded = sharp(await picture(3, 60, 60).greyscale().toColourspace('srgb').jpeg().toBuffer());
    assert.equal(isGrey(await decoded(faded.toColourspace('srgb'))), true);
  });

  it('scales by means of areas', () => {
    const pixels = Uint8Array.from([0, 0, 0, 100, 100, 100, 200, 200, 200]);
    assert.deepEqual([...scaleDown({ pixels, width: 3, height: 1 }, 1, 1).pixels], [100, 100, 100]);
    assert.deepEqual([...scaleDown({ pixels, width: 3, height: 1 }, 2, 1).pixels], [33, 33, 33, 167, 167, 167]);
    assert.deepEqual([...scaleDown({ pixels, width: 3, height: 1 }, 3, 1).pixels], [...pixels]);
  });
});
