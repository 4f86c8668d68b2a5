/**
 * Random numbers as a pure function of (seed, keys, counter): no state is shared between pictures, so the pictures come out the
 * same in any order, on any number of threads, however many of them are made.
 */
export class Draws {
  readonly #key: number;
  #counter = 0;

  /** A stream of its own for these keys; two streams with different keys have nothing to do with each other. */
  constructor(...keys: readonly (number | string)[]) {
    let key = 0x9e3779b9;
    for (const part of keys) {
      const text = String(part);
      for (let at = 0; at < text.length; at++) key = mix(key ^ text.charCodeAt(at));
      key = mix(key + 0x6d2b79f5);
    }
    this.#key = key;
  }

  /** The next 32 bits of the stream, as an unsigned integer. */
  bits(): number {
    this.#counter = (this.#counter + 0x9e3779b1) | 0;
    return mix(this.#key ^ mix(this.#counter));
  }

  /** The next number of the stream, evenly in [0, 1). */
  uniform(): number {
    return this.bits() / 0x100000000;
  }

  /** The next number, evenly in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** The next whole number, evenly in [0, count). */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A normally distributed number with mean 0 and deviation 1 (Box and Muller). Takes two numbers of the stream. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** One of the items, each as likely. Throws on an empty list. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(items.length)];
    if (item === undefined) throw new Error('Nothing to pick from: the list is empty.');
    return item;
  }

  /** A shuffled copy of the items (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.uniform() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
  }
}

/** Scrambles 32 bits (the finalizer of MurmurHash3); returns an unsigned integer. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
