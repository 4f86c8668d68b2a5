import type { Picture } from '../picture.ts';
import { LastUsed } from '../lastUsed.ts';
import { HuffmanTable, type HuffmanCode } from './huffmanTable.ts';
import { JpegKernel } from './jpegKernel.ts';
import { readPlainJpeg, type PlainComponent, type PlainJpeg } from './plainJpeg.ts';
import { scalePlane, type Plane, type Size } from './scalePlane.ts';
import { isOnSide, turned } from './turned.ts';

/** Where each coefficient stands in its block, in the order in which they are coded. */
const zigzag = [
  ...[
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28,
  ],
  ...[
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
    55, 62, 63,
  ],
];
/** A block of coefficients of 16 bits. */
const blockBytes = 128;
/** Narrower or lower pictures are left to libvips, which upsamples the colours of the narrowest in another way. */
const leastSide = 16;
/** Larger files are left to libvips, which needs not have them in memory twice. */
const mostFileBytes = 32_000_000;

/** How large a picture can be decoded, in eighths of its sides, which are rounded up. */
export const jpegEighths = [1, 2, 4, 8] as const;
export type JpegEighths = (typeof jpegEighths)[number];

/** The last coefficient, in the order in which they are coded, that so many pixels a side of a block take. */
const lastCoefficient: Record<JpegEighths, number> = { 8: 63, 4: 24, 2: 4, 1: 0 };

/** The picture in units, each with so many blocks of a component that it has one of the least detailed. */
interface Units {
  across: number;
  down: number;
}

/** Tables by their codes. Those of a camera or an editor are the same in all of its pictures. */
const tables = new LastUsed<HuffmanTable | null>(32);

function tableOf(code: HuffmanCode): HuffmanTable | null {
  const text = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return tables.get(`${code.kind} ${text(code.counts)}${text(code.symbols)}`, () => HuffmanTable.of(code));
}

/** For each coefficient its place in a block, in bytes, and its step. */
function orderOf(steps: Uint8Array): Uint16Array {
  const order = new Uint16Array(2 * zigzag.length);
  for (const [k, place] of zigzag.entries()) {
    order[2 * k] = place * 2;
    order[2 * k + 1] = steps[k] ?? 0;
  }
  return order;
}

/**
 * Makes room for a component.
 *
 * @returns where its pixels come, and the fields of `Component` in `jpegKernel.as`; null where a code is none of a baseline JPEG.
 */
function placeComponent(
  { memory }: JpegKernel,
  { steps, dc, ac, across, down }: PlainComponent,
  units: Units,
  side: JpegEighths,
): { plane: Plane; fields: number[] } | null {
  const [dcTable, acTable] = [tableOf(dc), tableOf(ac)];
  if (!dcTable || !acTable) return null;
  const several = side < 8 ? memory.put(acTable.several) : 0;
  const codes = [memory.put(dcTable.entries), memory.put(acTable.entries), several, memory.put(orderOf(steps))];
  const stride = units.across * across * side;
  // And a row more, which is read with a weight of 0.
  const at = memory.place(stride * (units.down * down * side + 1));
  const fields = [...codes, across, down, side, lastCoefficient[side], at, stride, 0];
  return { plane: { at, stride, across: across * side, down: down * side }, fields };
}

/** Pixels that a block of each component becomes, across and down. */
function sidesOf(components: readonly PlainComponent[], eighths: JpegEighths): JpegEighths[] {
  return components.map(({ across, down }) => {
    const [luma] = components;
    const hasQuarter = luma?.across === 2 * across && luma.down === 2 * down;
    // Colours that have a quarter of the pixels have as many as the picture, when that is made smaller.
    return hasQuarter ? (jpegEighths.find((one) => one === 2 * eighths) ?? eighths) : eighths;
  });
}

/**
 * Decodes a JPEG as most are. At its own size the bytes are those that libjpeg-turbo gives. At fewer eighths, the coefficients of the
 * details that are lost are only passed.
 *
 * @param size what to bring the picture (as it is seen) to by cubic resampling, each of its components for itself: there are fewer pixels
 *   of colours than of brightness, and only those of the result are made RGB. Null: it stays as large as it is decoded.
 * @returns null for a JPEG that is not plain, and for any that is damaged in the least: libvips is to judge.
 */
export function decodeJpeg(
  bytes: Uint8Array,
  eighths: JpegEighths,
  size: Size | null = null,
): Picture<ArrayBuffer> | null {
  if (bytes.length > mostFileBytes) return null;
  const jpeg = readPlainJpeg(bytes);
  if (!jpeg || Math.min(jpeg.width, jpeg.height) < (leastSide * 8) / eighths) return null;
  const kernel = JpegKernel.take();
  const planes = decodePlanes(kernel, bytes, jpeg, eighths);
  if (!planes) return null;
  const decoded = { width: Math.ceil((jpeg.width * eighths) / 8), height: Math.ceil((jpeg.height * eighths) / 8) };
  const { width, height } = size === null ? decoded : asStored(size, jpeg.orientation);
  const isScaled = width !== decoded.width || height !== decoded.height;
  const sized = isScaled
    ? planes.map((plane) => scalePlane(kernel, plane, ownSize(plane, jpeg), { width, height }))
    : planes;
  return turned({ pixels: paint(kernel, sized, width, height), width, height }, jpeg.orientation);
}

function asStored(size: Size, orientation: number): Size {
  return isOnSide(orientation) ? { width: size.height, height: size.width } : size;
}

/** How many pixels of a plane make the picture; the last ones may do so in part. */
function ownSize({ across, down }: Plane, { width, height, components: [luma] }: PlainJpeg): Size {
  return { width: (width * across) / (8 * (luma?.across ?? 1)), height: (height * down) / (8 * (luma?.down ?? 1)) };
}

/** Reads the coded data into a plane for each component; null where it is damaged. */
function decodePlanes(kernel: JpegKernel, bytes: Uint8Array, jpeg: PlainJpeg, eighths: JpegEighths): Plane[] | null {
  const { components, restartInterval } = jpeg;
  const { memory } = kernel;
  const [luma] = components;
  if (!luma) return null;
  const units = { across: Math.ceil(jpeg.width / (8 * luma.across)), down: Math.ceil(jpeg.height / (8 * luma.down)) };
  const sides = sidesOf(components, eighths);
  const placed = components.flatMap(
    (component, i) => placeComponent(kernel, component, units, sides[i] ?? eighths) ?? [],
  );
  if (placed.length < components.length) return null;

  const coded = bytes.subarray(jpeg.data);
  const source = memory.put(coded);
  const data = memory.place(coded.length);
  const interval = restartInterval || units.across * units.down;
  const restartCount = Math.ceil((units.across * units.down) / interval) - 1;
  const ends = memory.place((restartCount + 1) * 4);
  if (!kernel.unstuff(source, source + coded.length, data, ends, restartCount)) return null;
  const isWhole = kernel.decodeScan(
    ...([memory.put(Int32Array.from(placed.flatMap(({ fields }) => fields))), placed.length] as const),
    ...([units.across, units.down, data, ends, interval, memory.putZeros(blockBytes)] as const),
  );
  return isWhole ? placed.map(({ plane }) => plane) : null;
}

/** Makes the pixels of a picture out of those of its components. */
function paint(kernel: JpegKernel, planes: readonly Plane[], width: number, height: number): Uint8Array<ArrayBuffer> {
  const { memory } = kernel;
  const target = memory.place(width * height * 3);
  const [luma, blue, red] = planes;
  if (luma && blue && red) {
    const [line, lines] = [memory.place(width * 2 + 64), memory.place(width * 2 + 64)];
    kernel.paintColours(
      ...([width, height, luma.at, blue.at, red.at, luma.stride, blue.stride] as const),
      ...([luma.across > blue.across ? 1 : 0, luma.down > blue.down ? 1 : 0, line, lines, target] as const),
    );
  } else if (luma) {
    kernel.paintGrey(width, height, luma.at, luma.stride, target);
  }
  return memory.copy(target, width * height * 3);
}
