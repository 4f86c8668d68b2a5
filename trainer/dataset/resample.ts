import type { Picture } from './picture.ts';
import { PixelKernel } from './pixelKernel.ts';

/** One in the 14 bits after the point that weights have. */
const one = 16_384;
/** How far the curve reaches to either side, in pixels of the smaller of source and result. */
const reach = 2;
/** As many tables as a folder of pictures has sides, usually; some KB each. */
const keptTables = 512;

/** The weights of one direction as `pixelKernel.wat` describes them. */
interface Table {
  bytes: Uint8Array;
  pairs: number;
}

const tables = new Map<string, Table>();

/** Keys' cubic with a = -0.5 (Catmull-Rom): nearly as sharp as Lanczos 3, with two thirds of its pixels and less ringing. */
function cubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance ** 2 + 1;
  return distance < reach ? ((2.5 - 0.5 * distance) * distance - 4) * distance + 2 : 0;
}

/** The first of the source's pixels that make pixel `at` of the result, and the weights of it and those after it; they sum to one. */
function weightsOf(at: number, from: number, to: number): { first: number; weights: number[] } {
  const step = from / to;
  // Shrinking widens the curve, so that every pixel of the source counts; enlarging does not.
  const scale = Math.max(1, step);
  const middle = (at + 0.5) * step;
  const first = Math.max(0, Math.round(middle - reach * scale));
  const end = Math.min(from, Math.round(middle + reach * scale));
  const shares = Array.from({ length: end - first }, (_, i) => cubic((first + i + 0.5 - middle) / scale));
  const total = shares.reduce((sum, share) => sum + share, 0);
  let exact = 0;
  let given = 0;
  // Sums are rounded, not weights, so that nothing is left over and a plain area keeps its very colour.
  const weights = shares.map((share) => {
    exact += (share / total) * one;
    const weight = Math.round(exact) - given;
    given += weight;
    return weight;
  });
  return { first, weights };
}

function makeTable(from: number, to: number): Table {
  const all = Array.from({ length: to }, (_, at) => weightsOf(at, from, to));
  const pairs = Math.max(...all.map(({ weights }) => Math.ceil(weights.length / 2)));
  const entryBytes = 4 + 4 * pairs;
  const bytes = new Uint8Array(to * entryBytes);
  const view = new DataView(bytes.buffer);
  for (const [at, { first, weights }] of all.entries()) {
    // All have as many pairs; none may begin so late that they lead out of the picture, but for the odd one of a last pair.
    const start = Math.max(0, Math.min(first, from - 2 * pairs));
    const entry = at * entryBytes;
    view.setInt32(entry, start, true);
    for (const [i, weight] of weights.entries()) view.setInt16(entry + 4 + 2 * (first - start + i), weight, true);
  }
  return { bytes, pairs };
}

function tableOf(from: number, to: number): Table {
  const key = `${from} ${to}`;
  const table = tables.get(key) ?? makeTable(from, to);
  // The one used longest ago is the first to go.
  tables.delete(key);
  tables.set(key, table);
  if (tables.size > keptTables) tables.delete(tables.keys().next().value ?? key);
  return table;
}

/**
 * Brings an RGB picture to another size by cubic resampling, as PIL's `BICUBIC` does it: antialiased where it shrinks, and at an
 * edge out of what there is. In whole numbers, so that every machine gives the same bytes.
 *
 * @returns a copy, also where the size is that already.
 */
export function resample(picture: Picture, width: number, height: number): Picture<ArrayBuffer> {
  if (picture.width === width && picture.height === height)
    return { ...picture, pixels: new Uint8Array(picture.pixels) };
  const kernel = PixelKernel.take();
  const rows = tableOf(picture.height, height);
  const columns = tableOf(picture.width, width);
  const stride = picture.width * 3;
  const source = kernel.put(picture.pixels);
  // The odd row below the picture.
  kernel.place(stride);
  const rowsAt = kernel.put(rows.bytes);
  const columnsAt = kernel.put(columns.bytes);
  const line = kernel.place(stride * 2 + 32);
  const target = kernel.place(width * height * 3);
  kernel.resample(
    ...([source, stride] as const),
    ...([rowsAt, rows.pairs, rowsAt + rows.bytes.length] as const),
    ...([columnsAt, columns.pairs, columnsAt + columns.bytes.length] as const),
    ...([line, target] as const),
  );
  return { pixels: kernel.copy(target, width * height * 3), width, height };
}
