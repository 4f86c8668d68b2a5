/**
 * What a random draw is for. Each purpose has a stream of its own, so that, say, turning augmentation on does not move
 * the shuffle. The numbers are part of every run's record: never reuse or renumber one.
 */
export const randomStreams = {
  weights: 1,
  shuffle: 2,
  augmentation: 3,
  dropout: 4,
  undersample: 5,
  split: 6,
  sample: 7,
} as const;

/** Name of a random stream. */
export type RandomStream = keyof typeof randomStreams;

const multiplierA = 0xd2511f53;
const multiplierB = 0xcd9e8d57;
const keyStepA = 0x9e3779b9;
const keyStepB = 0xbb67ae85;

/** High 32 bits of the product of two unsigned 32-bit integers: `Math.imul` gives only the low ones. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}

/**
 * Philox 4x32 with 10 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): four random words as
 * a pure function of a 128-bit counter and a 64-bit key. Nothing is kept between calls, so any draw can be repeated
 * alone, and a resumed run has no generator state to restore.
 */
export function philox(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array = new Uint32Array(4),
): Uint32Array {
  let [x0, x1, x2, x3, keyA, keyB] = [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0, k0 >>> 0, k1 >>> 0];
  for (let round = 0; round < 10; round++) {
    const highA = multiplyHigh(multiplierA, x0);
    const lowA = Math.imul(multiplierA, x0) >>> 0;
    const highB = multiplyHigh(multiplierB, x2);
    const lowB = Math.imul(multiplierB, x2) >>> 0;
    x0 = (highB ^ x1 ^ keyA) >>> 0;
    x1 = lowB;
    x2 = (highA ^ x3 ^ keyB) >>> 0;
    x3 = lowA;
    keyA = (keyA + keyStepA) >>> 0;
    keyB = (keyB + keyStepB) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
  return out;
}

/**
 * A row of random numbers that belongs to one place in a run: `next()` gives numbers in [0, 1) with 32 bits, one after
 * the other. The place is `(seed, stream, a, b, c)`; by custom `a` is the epoch, `b` the step, `c` the image, each a
 * 32-bit integer, and 0 where it says nothing.
 */
export function randomAt(seed: number, stream: RandomStream, a = 0, b = 0, c = 0): { next(): number } {
  const words = new Uint32Array(4);
  let drawn = 0;
  return {
    next() {
      const lane = drawn & 3;
      if (lane === 0) philox(drawn / 4, a, b, c, seed, randomStreams[stream], words);
      drawn++;
      return (words[lane] ?? 0) / 0x1_0000_0000;
    },
  };
}

/** Puts the items into random order, in place (Fisher and Yates), and returns them. `random.next()` is called once an item. */
export function shuffle<T extends { length: number; [index: number]: number }>(
  items: T,
  random: { next(): number },
): T {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const kept = items[last] ?? 0;
    items[last] = items[other] ?? 0;
    items[other] = kept;
  }
  return items;
}

/** A 32-bit number that stands for a text (FNV-1a over its UTF-8 bytes): to draw by name rather than by place. */
export function textSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
