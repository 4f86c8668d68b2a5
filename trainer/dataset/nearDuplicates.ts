/**
 * Hashes that differ in at most this many of 64 bits are candidates. On the fruit photographs every pair up to 11 is a true
 * one (two shots of the same scene), given that their colours agree.
 */
export const nearDuplicateBits = 11;
/** Largest mean difference of the colour grids, of 255, between two near-duplicates. */
const colourTolerance = 12;

/** What two images are compared by: see `perceptualHash` and `colourGrid`. */
export interface Appearance {
  phash: string;
  colours: string;
}

function bitCount(value: number): number {
  value -= (value >>> 1) & 0x55555555;
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function coloursDiffer(a: Buffer, b: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum > colourTolerance * a.length;
}

const bands = 4;
const bandBits = 16;
/** In at least one of the bands two near hashes differ in at most this many bits. */
const bandRadius = Math.floor(nearDuplicateBits / bands);

/** All 16-bit patterns of at most `bandRadius` bits, by which a band's neighbours are reached. */
const neighbours: readonly number[] = Array.from({ length: 1 << bandBits }, (_, mask) => mask).filter(
  (mask) => bitCount(mask) <= bandRadius,
);

/** The images of each value of one 16-bit band: those of value v are `members[starts[v]]` to before `members[starts[v + 1]]`. */
function bucketsOf(values: Uint16Array): { starts: Uint32Array; members: Uint32Array } {
  const starts = new Uint32Array((1 << bandBits) + 1);
  for (const value of values) starts[value + 1] = (starts[value + 1] ?? 0) + 1;
  for (let value = 0; value < 1 << bandBits; value++)
    starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0);
  const next = starts.slice();
  const members = new Uint32Array(values.length);
  for (const [at, value] of values.entries()) {
    const place = next[value] ?? 0;
    members[place] = at;
    next[value] = place + 1;
  }
  return { starts, members };
}

/**
 * Finds the pairs of near-duplicates among many images. The 64 bits are cut into four bands: two near hashes are near in at
 * least one of them, so only images in the 137 nearest of each band's 65,536 buckets are compared (multi-index hashing,
 * Norouzi et al. 2012): 100,000 images take seconds, not hours. The frames of a film make millions of pairs, so they are
 * handed over one by one and never gathered.
 *
 * @param onPair gets each pair of indices once, the smaller first; an image without a hash (`null`) has none. Images that
 * look exactly alike are paired with the first of them only.
 */
export function forEachNearPair(
  images: readonly (Appearance | null)[],
  onPair: (first: number, second: number) => void,
): void {
  // Copies by the hundred (placeholders) would make every bucket quadratic: the first of each appearance stands for all.
  const firstOf = new Map<string, number>();
  const distinct: number[] = [];
  for (const [index, image] of images.entries()) {
    if (!image) continue;
    const key = image.phash + image.colours;
    const first = firstOf.get(key);
    if (first !== undefined) {
      onPair(first, index);
    } else {
      firstOf.set(key, index);
      distinct.push(index);
    }
  }
  const values = Array.from({ length: bands }, (_, band) =>
    Uint16Array.from(distinct, (index) =>
      Number.parseInt(images[index]?.phash.slice(band * 4, band * 4 + 4) ?? '', 16),
    ),
  );
  const colours = distinct.map((index) => Buffer.from(images[index]?.colours ?? '', 'hex'));
  const bandDistance = (band: number, a: number, b: number) =>
    bitCount((values[band]?.[a] ?? 0) ^ (values[band]?.[b] ?? 0));
  const compare = (a: number, b: number, met: number) => {
    let distance = 0;
    for (let band = 0; band < bands; band++) {
      const own = bandDistance(band, a, b);
      // A pair that is near in several bands is met in each of them; the first counts.
      if (band < met && own <= bandRadius) return;
      distance += own;
    }
    const colourA = colours[a];
    const colourB = colours[b];
    if (distance > nearDuplicateBits || !colourA || !colourB || coloursDiffer(colourA, colourB)) return;
    onPair(distinct[b] ?? 0, distinct[a] ?? 0);
  };
  for (const [band, own] of values.entries()) {
    const { starts, members } = bucketsOf(own);
    for (let a = 0; a < own.length; a++) {
      const value = own[a] ?? 0;
      for (const mask of neighbours) {
        const bucket = value ^ mask;
        const end = starts[bucket + 1] ?? 0;
        for (let at = starts[bucket] ?? 0; at < end; at++) {
          const b = members[at] ?? 0;
          // Members ascend within a bucket, and each pair is wanted once.
          if (b >= a) break;
          compare(a, b, band);
        }
      }
    }
  }
}

/** Sets of numbers of 0 to n − 1 that are joined pair by pair (union-find with path halving). */
export class Clusters {
  readonly #parent: Uint32Array;

  constructor(count: number) {
    this.#parent = Uint32Array.from({ length: count }, (_, index) => index);
  }

  /** The least member of the set that `index` is in. */
  find(index: number): number {
    let parent = this.#parent[index] ?? index;
    while (parent !== index) {
      const above = this.#parent[parent] ?? parent;
      this.#parent[index] = above;
      index = above;
      parent = this.#parent[index] ?? index;
    }
    return index;
  }

  join(a: number, b: number): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    if (rootA !== rootB) this.#parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  /** The members of each set of at least `least`, in ascending order. */
  members(least = 1): number[][] {
    const byRoot = new Map<number, number[]>();
    for (let index = 0; index < this.#parent.length; index++) {
      const root = this.find(index);
      const set = byRoot.get(root);
      if (set) set.push(index);
      else byRoot.set(root, [index]);
    }
    return [...byRoot.values()].filter((set) => set.length >= least);
  }
}
