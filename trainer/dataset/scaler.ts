import type { Picture } from './picture.ts';
import { PixelKernel } from './pixelKernel.ts';
import { ShareTables, type SharesOf } from './shareTables.ts';

/** Brings an RGB picture to another size. The result is a copy, also where the size is that already. */
export type Scaler = (picture: Picture, width: number, height: number) => Picture<ArrayBuffer>;

/** Scaling with given shares, the same for rows and columns, in whole numbers, so that every machine gives the same bytes. */
export function scaler(sharesOf: SharesOf): Scaler {
  const tables = new ShareTables(sharesOf, { shares: 2, pixels: 1 });
  return (picture, width, height) => {
    if (picture.width === width && picture.height === height) {
      return { pixels: new Uint8Array(picture.pixels), width, height };
    }
    const kernel = PixelKernel.take();
    const rows = tables.of(picture.height, height);
    const columns = tables.of(picture.width, width);
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
      ...([rowsAt, rows.weights / 2, rowsAt + rows.bytes.length] as const),
      ...([columnsAt, columns.weights / 2, columnsAt + columns.bytes.length] as const),
      ...([line, target] as const),
    );
    return { pixels: kernel.memory.copy(target, width * height * 3), width, height };
  };
}
