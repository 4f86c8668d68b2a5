import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import * as z from 'zod';
import { versions } from '../protocol/versions.ts';
import type { Picture } from './picture.ts';
import { replaceFile } from '../protocol/replaceFile.ts';
import { scaleDown } from './scaleDown.ts';

/** Side of a thumbnail's cell in pixels: a multiple of 16, so that JPEG blocks do not run from one picture into the next. */
export const thumbnailCell = 64;
/** Cells in a row of a sheet. */
export const sheetColumns = 16;
const sheetCells = sheetColumns * sheetColumns;

const sheetSchema = z.object({
  version: z.literal(versions.cache),
  cell: z.literal(thumbnailCell),
  columns: z.literal(sheetColumns),
  /** `[content hash, width, height]` of the picture in each cell; it stands in the cell's upper left. */
  pictures: z.array(z.tuple([z.string(), z.number().int(), z.number().int()])).max(sheetCells),
});

/** Where a thumbnail lies. */
export interface ThumbnailPlace {
  /** Name of the sheet's file within the folder of thumbnails. */
  sheet: string;
  /** Cell, counted by rows. */
  cell: number;
  width: number;
  height: number;
}

/** A picture scaled into one cell, its last pixels repeated to the cell's edge so that nothing rings. */
export interface Thumbnail {
  cell: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

/** Makes the thumbnail of a picture whose real sides are `width` and `height`, whatever it was squeezed to. */
export function makeThumbnail(picture: Picture, width: number, height: number): Thumbnail {
  const scale = Math.min(1, thumbnailCell / Math.max(width, height));
  const thumbWidth = Math.max(1, Math.round(width * scale));
  const thumbHeight = Math.max(1, Math.round(height * scale));
  const { pixels } = scaleDown(picture, thumbWidth, thumbHeight);
  const cell = new Uint8Array(thumbnailCell * thumbnailCell * 3);
  for (let y = 0; y < thumbnailCell; y++) {
    const row = Math.min(y, thumbHeight - 1) * thumbWidth;
    for (let x = 0; x < thumbnailCell; x++) {
      const from = (row + Math.min(x, thumbWidth - 1)) * 3;
      const to = (y * thumbnailCell + x) * 3;
      cell[to] = pixels[from] ?? 0;
      cell[to + 1] = pixels[from + 1] ?? 0;
      cell[to + 2] = pixels[from + 2] ?? 0;
    }
  }
  return { cell, width: thumbWidth, height: thumbHeight };
}

/** JPEG sheets of thumbnails by content hash, for views: 256 to a sheet, each sheet written once and never changed. */
export class ThumbnailAtlas {
  readonly folder: string;
  readonly #places = new Map<string, ThumbnailPlace>();
  #sheet = new Uint8Array(sheetCells * thumbnailCell * thumbnailCell * 3);
  #pictures: [string, number, number][] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Opens the sheets that are there; a damaged one is passed over. */
  static async open(cache: string): Promise<ThumbnailAtlas> {
    const atlas = new ThumbnailAtlas(path.join(cache, 'thumbnails'));
    const names = new Set(await readdir(atlas.folder).catch(() => []));
    for (const name of names) {
      const sheet = name.replace(/\.json$/, '.jpg');
      if (sheet === name || !names.has(sheet)) continue;
      try {
        const { pictures } = sheetSchema.parse(JSON.parse(await readFile(path.join(atlas.folder, name), 'utf8')));
        for (const [cell, [hash, width, height]] of pictures.entries()) {
          atlas.#places.set(hash, { sheet, cell, width, height });
        }
      } catch {
        continue;
      }
    }
    return atlas;
  }

  /** Whether its thumbnail is on disk. */
  has(contentHash: string): boolean {
    return this.#places.has(contentHash);
  }

  /** Where the thumbnail of a file with this hash lies, or null when there is none on disk yet. */
  place(contentHash: string): ThumbnailPlace | null {
    return this.#places.get(contentHash) ?? null;
  }

  /** Adds a thumbnail; a sheet that is full with it is written. */
  async add(contentHash: string, thumbnail: Thumbnail): Promise<void> {
    const cell = this.#pictures.push([contentHash, thumbnail.width, thumbnail.height]) - 1;
    const stride = sheetColumns * thumbnailCell * 3;
    const row = thumbnailCell * 3;
    const corner = Math.floor(cell / sheetColumns) * thumbnailCell * stride + (cell % sheetColumns) * row;
    for (let y = 0; y < thumbnailCell; y++) {
      this.#sheet.set(thumbnail.cell.subarray(y * row, (y + 1) * row), corner + y * stride);
    }
    if (this.#pictures.length === sheetCells) await this.flush();
  }

  /** Writes the thumbnails that fill no sheet yet. */
  async flush(): Promise<void> {
    if (this.#pictures.length === 0) return;
    const pictures = this.#pictures;
    const pixels = this.#sheet;
    this.#pictures = [];
    this.#sheet = new Uint8Array(pixels.length);
    const rows = Math.ceil(pictures.length / sheetColumns);
    const width = sheetColumns * thumbnailCell;
    const height = rows * thumbnailCell;
    const jpeg = await sharp(pixels.subarray(0, width * height * 3), { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 82 })
      .toBuffer();
    const id = createHash('sha256').update(pictures.join()).digest('hex').slice(0, 24);
    await replaceFile(path.join(this.folder, `${id}.jpg`), jpeg, { makeFolder: true });
    const index = { version: versions.cache, cell: thumbnailCell, columns: sheetColumns, pictures };
    await replaceFile(path.join(this.folder, `${id}.json`), JSON.stringify(index), { makeFolder: true });
    for (const [cell, [hash, pictureWidth, pictureHeight]] of pictures.entries()) {
      this.#places.set(hash, { sheet: `${id}.jpg`, cell, width: pictureWidth, height: pictureHeight });
    }
  }
}
