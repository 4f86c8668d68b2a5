import { cubicShares } from '../resample.ts';
import { ShareTables } from '../shareTables.ts';
import type { JpegKernel } from './jpegKernel.ts';

/** A component's pixels in the kernel's memory: their address, and how many there are of each unit, across and down. */
export interface Plane {
  at: number;
  stride: number;
  across: number;
  down: number;
}

export interface Size {
  width: number;
  height: number;
}

// What the kernel takes at once.
const rowTables = new ShareTables(cubicShares, { shares: 2, pixels: 1 });
const columnTables = new ShareTables(cubicShares, { shares: 8, pixels: 4 });
/** How many bytes of a row are painted at once. */
const paintedBytes = 16;

/**
 * Brings a plane to a picture's size by cubic resampling.
 *
 * @param own its own size: no whole number where the last of its pixels stands only in part for pixels of the picture.
 * @returns a plane with a pixel for each of the picture's.
 */
export function scalePlane({ memory, scalePlane: scale }: JpegKernel, plane: Plane, own: Size, size: Size): Plane {
  if (own.width === size.width && own.height === size.height) return { ...plane, across: 1, down: 1 };
  const [rows, columns] = [rowTables.of(own.height, size.height), columnTables.of(own.width, size.width)];
  const [rowsAt, columnsAt] = [memory.put(rows.bytes), memory.put(columns.bytes)];
  const width = Math.ceil(own.width);
  const line = memory.place(2 * (width + columns.weights) + 32);
  const stride = Math.ceil(size.width / paintedBytes) * paintedBytes;
  const at = memory.place(stride * size.height);
  scale(
    ...([plane.at, plane.stride, width] as const),
    ...([rowsAt, rows.weights / 2, rowsAt + rows.bytes.length] as const),
    ...([columnsAt, columns.weights / 8, columnsAt + columns.bytes.length] as const),
    ...([line, at, stride] as const),
  );
  return { at, stride, across: 1, down: 1 };
}
