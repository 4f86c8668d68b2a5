import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { HuffmanTable, type HuffmanCode } from '../../../trainer/dataset/jpeg/huffmanTable.ts';

/** The length and the symbol of the code at the head of 16 bits, found bit by bit; null where there is none. */
function byHand({ counts, symbols }: HuffmanCode, bits: number): { length: number; symbol: number } | null {
  let [code, first, before] = [0, 0, 0];
  for (let length = 1; length <= 16; length++) {
    code = (code << 1) | ((bits >> (16 - length)) & 1);
    const count = counts[length - 1] ?? 0;
    if (code - first < count) return { length, symbol: symbols[before + code - first] ?? NaN };
    before += count;
    first = (first + count) << 1;
  }
  return null;
}

/** The entry that the kernel finds for 16 bits. */
function entryFor({ entries }: HuffmanTable, bits: number): number {
  const entry = entries[bits >> 6] ?? NaN;
  return entry & 31 ? entry : (entries[(entry >>> 16) * 64 + (bits & 63)] ?? NaN);
}

/** Codes of further coefficients: as many of each length as there is room for and chance gives. */
const code = fc
  .tuple(fc.array(fc.nat(6), { minLength: 16, maxLength: 16 }), fc.array(fc.nat(255), { minLength: 96, maxLength: 96 }))
  .map(([wished, values]): HuffmanCode => {
    let room = 1;
    const counts = wished.map((wish) => {
      room *= 2;
      // One code stays free, so that there are longer ones, and none of ones alone.
      const count = Math.min(wish, room - 1);
      room -= count;
      return count;
    });
    const number = counts.reduce((sum, count) => sum + count, 0);
    const valid = values.map((value) => ((value & 15) === 0 || (value & 15) > 10 ? (value & 0xf0) | 1 : value));
    return {
      kind: 'ac',
      counts: Uint8Array.from(counts),
      symbols: Uint8Array.from([0, 0xf0, ...valid]).subarray(0, number),
    };
  });

describe('the table of a Huffman code', () => {
  it('finds what the code has, and nothing else', () => {
    fc.assert(
      fc.property(code, fc.array(fc.nat(65_535), { minLength: 200, maxLength: 200 }), (given, heads) => {
        const table = HuffmanTable.of(given);
        assert.ok(table);
        for (const bits of [...heads, 0, 65_535]) {
          const found = entryFor(table, bits);
          const expected = byHand(given, bits);
          if (expected === null) {
            assert.equal(found, 0);
            continue;
          }
          const { length, symbol } = expected;
          const size = symbol & 15;
          assert.equal(found & 31, length + size);
          assert.equal((found >> 9) & 127, symbol === 0 ? 64 : symbol >> 4);
          const isKnown = length + size <= 10;
          assert.equal((found >> 5) & 15, isKnown ? 0 : size);
          const read = (bits >> (16 - length - size)) & ((1 << size) - 1);
          const number = read >> (size - 1) ? read : read - (1 << size) + 1;
          assert.equal(found >> 16, isKnown && size > 0 ? number : 0);
        }
      }),
    );
  });

  it('knows how many coefficients and bits the whole codes in twelve bits are', () => {
    // 0: a coefficient of one bit. 10: the block ends.
    const table = HuffmanTable.of({ kind: 'ac', counts: Uint8Array.of(1, 1), symbols: Uint8Array.of(1, 0) });
    assert.ok(table);
    const { several } = table;
    assert.equal(several[0b000000000000], (6 << 4) | 12);
    assert.equal(several[0b000110111111], 0x8000 | (2 << 4) | 6);
    assert.equal(several[0b100000000000], 0x8000 | 2);
    assert.equal(several[0b111111111111], 64 << 4, 'not even one');
  });

  it('is none for a code that does not hold together', () => {
    const none = (kind: HuffmanCode['kind'], counts: number[], symbols: number[]) =>
      assert.equal(HuffmanTable.of({ kind, counts: Uint8Array.from(counts), symbols: Uint8Array.from(symbols) }), null);
    none('ac', [2], [1, 2]);
    none('ac', [0, 5], [1, 2, 3, 4, 5]);
    none('ac', [1, 1], [1]);
    none('ac', [1], [0x10]);
    none('ac', [1], [0x0b]);
    none('dc', [1], [12]);
  });
});
