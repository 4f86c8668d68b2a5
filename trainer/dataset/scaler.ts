import { LastUsed } from './lastUsed.ts';
import type { Picture } from './picture.ts';
import { PixelKernel } from './pixelKernel.ts';

/** Which pixels of a side make one of the result: `first`, with its share, and those after it. The shares may sum to anything but 0. */
export interface Shares {
  first: number;
  shares: number[];
}

/** Brings an RGB picture to another size. The result is a copy, also where the size is that already. */
export type Scaler = (picture: Picture, width: number, height: number) => Picture<ArrayBuffer>;

/** One in the 14 bits after the point that the kernel's weights have. */
const one = 16_384;
/** As many tables as a folder of pictures has sides, usually; some KB each. */
const keptTables = 512;

/** The weights of one direction as `pixelKernel.wat` describes them. */
interface Table {
  bytes: Uint8Array;
  pairs: number;
}

/** Whole weights that sum to one. Sums are rounded, not weights, so that nothing is left over and a plain area keeps its very colour. */
function weightsOf(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let exact = 0;
  let given = 0;
  return shares.map((share) => {
    exact += (share / total) * one;
    const weight = Math.round(exact) - given;
    given += weight;
    return weight;
  });
}

function makeTable(all: readonly Shares[], from: number): Table {
  const pairs = Math.max(...all.map(({ shares }) => Math.ceil(shares.length / 2)));
  const entryBytes = 4 + 4 * pairs;
  const bytes = new Uint8Array(all.length * entryBytes);
  const view = new DataView(bytes.buffer);
  for (const [at, { first, shares }] of all.entries()) {
    // All have as many pairs; none may begin so late that they lead out of the picture, but for the odd one of a last pair.
    const start = Math.max(0, Math.min(first, from - 2 * pairs));
    const entry = at * entryBytes;
    view.setInt32(entry, start, true);
    const weightsAt = entry + 4 + 2 * (first - start);
    for (const [i, weight] of weightsOf(shares).entries()) view.setInt16(weightsAt + 2 * i, weight, true);
  }
  return { bytes, pairs };
}

/**
 * Scaling with given shares, the same for rows and columns, in whole numbers, so that every machine gives the same bytes.
 *
 * @param sharesOf which pixels of `from` make pixel `at` of `to`; all of them within the picture.
 */
export function scaler(sharesOf: (at: number, from: number, to: number) => Shares): Scaler {
  const tables = new LastUsed<Table>(keptTables);
  const tableOf = (from: number, to: number): Table =>
    tables.get(`${from} ${to}`, () =>
      makeTable(
        Array.from({ length: to }, (_, at) => sharesOf(at, from, to)),
        from,
      ),
    );
  return (picture, width, height) => {
    if (picture.width === width && picture.height === height) {
      return { pixels: new Uint8Array(picture.pixels), width, height };
    }
    const kernel = PixelKernel.take();
    const rows = tableOf(picture.height, height);
    const columns = tableOf(picture.width, width);
    const stride = picture.width * 3;
    const source = kernel.memory.put(picture.pixels);
    // The odd row below the picture.
    kernel.memory.place(stride);
    const rowsAt = kernel.memory.put(rows.bytes);
    const columnsAt = kernel.memory.put(columns.bytes);
    const line = kernel.memory.place(stride * 2 + 32);
    const target = kernel.memory.place(width * height * 3);
    kernel.scale(
      ...([source, stride] as const),
      ...([rowsAt, rows.pairs, rowsAt + rows.bytes.length] as const),
      ...([columnsAt, columns.pairs, columnsAt + columns.bytes.length] as const),
      ...([line, target] as const),
    );
    return { pixels: kernel.memory.copy(target, width * height * 3), width, height };
  };
}
