import { LastUsed } from './lastUsed.ts';

/** The pixels of a side that make one of the result: from `first` on, before `end`, and the share of each. */
export interface Shares {
  first: number;
  end: number;
  /** They may sum to anything but 0. */
  shareOf: (pixel: number) => number;
}

/**
 * Which pixels make pixel `at` of the `to` that a side becomes.
 *
 * @param from pixels of the side; where the last one is a part of a pixel, no whole number. All that it gives lie within.
 */
export type SharesOf = (at: number, from: number, to: number) => Shares;

/** How many shares, and how many pixels of the result, a kernel takes at once. */
export interface AtOnce {
  shares: number;
  pixels: number;
}

/**
 * The shares of one direction as kernels want them: for each pixel of the result the number (i32) of the first pixel that it is made of,
 * and the weights (i16, 16384 is one) of that one and those after it. As many pixels and weights as the kernel takes at once are
 * filled up; their weights are 0.
 */
export interface ShareTable {
  bytes: Uint8Array;
  /** Weights of each pixel. */
  weights: number;
}

/** One in the 14 bits after the point that the kernels' weights have. */
const one = 16_384;
/** As many tables as a folder of pictures has sides, usually; some KB each. */
const keptTables = 512;

/** Tables by the sides that they are of. */
export class ShareTables {
  readonly #sharesOf: SharesOf;
  readonly #atOnce: AtOnce;
  readonly #tables = new LastUsed<ShareTable>(keptTables);

  constructor(sharesOf: SharesOf, atOnce: AtOnce) {
    this.#sharesOf = sharesOf;
    this.#atOnce = atOnce;
  }

  of(from: number, to: number): ShareTable {
    return this.#tables.get(`${from} ${to}`, () => {
      const all = Array.from({ length: to }, (_, at) => this.#sharesOf(at, from, to));
      return makeTable(all, Math.ceil(from), this.#atOnce);
    });
  }
}

function makeTable(all: readonly Shares[], from: number, atOnce: AtOnce): ShareTable {
  const filledUp = (count: number, by: number) => Math.ceil(count / by) * by;
  const weights = filledUp(Math.max(...all.map(({ first, end }) => end - first)), atOnce.shares);
  const entryBytes = 4 + 2 * weights;
  const bytes = new Uint8Array(filledUp(all.length, atOnce.pixels) * entryBytes);
  const view = new DataView(bytes.buffer);
  for (const [at, shares] of all.entries()) {
    // None may begin so late that its weights lead out of the picture, where the picture has as many pixels.
    const start = Math.max(0, Math.min(shares.first, from - weights));
    const entry = at * entryBytes;
    view.setInt32(entry, start, true);
    writeWeights(shares, view, entry + 4 + 2 * (shares.first - start));
  }
  return { bytes, weights };
}

/** Writes whole weights that sum to one. Sums are rounded, not weights, so that nothing is left over and a plain area keeps its very colour. */
function writeWeights({ first, end, shareOf }: Shares, view: DataView, to: number): void {
  let total = 0;
  for (let pixel = first; pixel < end; pixel++) total += shareOf(pixel);
  let exact = 0;
  let given = 0;
  for (let pixel = first; pixel < end; pixel++) {
    exact += (shareOf(pixel) / total) * one;
    const weight = Math.round(exact) - given;
    given += weight;
    view.setInt16(to + 2 * (pixel - first), weight, true);
  }
}
