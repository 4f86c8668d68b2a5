/** A Huffman code as a JPEG gives it: how many codes there are of each length from 1 to 16, and what they stand for, shortest first. */
export interface HuffmanCode {
  /** Of first coefficients, or of further ones. */
  kind: 'dc' | 'ac';
  counts: Uint8Array;
  symbols: Uint8Array;
}

/** Bits that entries are found by, and bits of the longest code. */
const entryBits = 10;
const longestCode = 16;
const furtherEntries = 1 << (longestCode - entryBits);
/** As many symbols as there are bytes, each with further entries of its own. */
const mostEntries = (1 << entryBits) + (1 + 256) * furtherEntries;
/** Bits that several codes are found by. */
const severalBits = 12;
/** Zeros that stand for all that are left in a block. */
const blockEnds = 64;
const blockCoefficients = 64;

/** What a symbol says of the coefficient behind it: the zeros before, and the bits of its number. */
interface Meaning {
  zeros: number;
  size: number;
}

/** What a symbol means, or null for one that no baseline JPEG has. */
function meaningOf(symbol: number, kind: HuffmanCode['kind']): Meaning | null {
  if (kind === 'dc') return symbol <= 11 ? { zeros: 0, size: symbol } : null;
  const [zeros, size] = [symbol >> 4, symbol & 15];
  if (size > 10) return null;
  if (size > 0 || zeros === 15) return { zeros, size };
  return zeros === 0 ? { zeros: blockEnds, size: 0 } : null;
}

/** The number that `size` bits stand for: those that begin with 0 are negative. */
function numberOf(bits: number, size: number): number {
  return size > 0 && bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/** The entry for a code of `length` bits, and for the number behind it, which is in the entry where it lies within the `known` bits there. */
function entryOf({ zeros, size }: Meaning, length: number, known: { bits: number; count: number }): number {
  const isKnown = size <= known.count;
  const number = isKnown ? numberOf(known.bits >> (known.count - size), size) : 0;
  return (number << 16) | (zeros << 9) | ((isKnown ? 0 : size) << 5) | (length + size);
}

/** Where entries are made. Pictures with tables of their own are many, and a table has thousands. */
const made = new Int32Array(mostEntries);

/** The entries for a code, or null for one that does not hold together. */
function entriesOf({ kind, counts, symbols }: HuffmanCode): Int32Array | null {
  // Where there is no code, further entries of zeros are pointed at.
  const none = ((1 << entryBits) / furtherEntries) << 16;
  let end = (1 << entryBits) + furtherEntries;
  made.fill(none, 0, 1 << entryBits).fill(0, 1 << entryBits, end);
  let code = 0;
  let next = 0;
  for (let length = 1; length <= longestCode; length++) {
    code <<= 1;
    for (let left = counts[length - 1] ?? 0; left > 0; left--, code++) {
      const symbol = symbols[next++];
      const meaning = symbol === undefined ? null : meaningOf(symbol, kind);
      // No code has ones alone: these fill the last byte.
      if (meaning === null || code + 1 >= 1 << length) return null;
      if (length <= entryBits) {
        const count = entryBits - length;
        for (let bits = 0; bits < 1 << count; bits++) {
          made[(code << count) + bits] = entryOf(meaning, length, { bits, count });
        }
        continue;
      }
      const prefix = code >> (length - entryBits);
      if (made[prefix] === none) {
        made[prefix] = (end / furtherEntries) << 16;
        made.fill(0, end, end + furtherEntries);
        end += furtherEntries;
      }
      const count = longestCode - length;
      const first = ((made[prefix] ?? 0) >> 16) * furtherEntries + ((code << count) & (furtherEntries - 1));
      made.fill(entryOf(meaning, length, { bits: 0, count: 0 }), first, first + (1 << count));
    }
  }
  return made.slice(0, end);
}

/** All whole codes, with the numbers behind them, that the bits `at` of `severalBits` begin with. */
function severalAt(entries: Int32Array, at: number): number {
  let bits = 0;
  let coefficients = 0;
  for (;;) {
    const next = (at << bits) & ((1 << severalBits) - 1);
    const entry = entries[next >> (severalBits - entryBits)] ?? 0;
    const length = entry & 31;
    if (length === 0 || bits + length > severalBits) break;
    const zeros = (entry >> 9) & 127;
    if (zeros === blockEnds) return 0x8000 | (coefficients << 4) | (bits + length);
    if (coefficients + zeros + 1 >= blockCoefficients) break;
    bits += length;
    coefficients += zeros + 1;
  }
  return ((bits > 0 ? coefficients : blockCoefficients) << 4) | bits;
}

/** What the kernel finds the codes of a JPEG by. */
export class HuffmanTable {
  /** A code, and often the number behind it as well, by the next ten bits, as `entryOf` of `jpegKernel.as` reads it. */
  readonly entries: Int32Array;
  #several: Uint16Array | null = null;

  private constructor(entries: Int32Array) {
    this.entries = entries;
  }

  /** @returns null for a code that does not hold together, or with symbols that no baseline JPEG has. */
  static of(code: HuffmanCode): HuffmanTable | null {
    const entries = entriesOf(code);
    return entries && new HuffmanTable(entries);
  }

  /** Of further coefficients: all whole codes in the next twelve bits, as `readBlock` of `jpegKernel.as` reads them. */
  get several(): Uint16Array {
    return (this.#several ??= Uint16Array.from({ length: 1 << severalBits }, (_, at) => severalAt(this.entries, at)));
  }
}
