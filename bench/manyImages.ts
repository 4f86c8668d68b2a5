import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

const classes = 10;

/** Writes so many JPEGs, no two alike, into ten class folders below a new folder, and returns it. What they show is noise. */
export async function makeManyImages(folder: string, count: number, side: number): Promise<string> {
  for (let label = 0; label < classes; label++) mkdirSync(path.join(folder, `class-${label}`), { recursive: true });
  const pixels = new Uint8Array(side * side * 3);
  for (let at = 0; at < count; at++) {
    // 16 blocks whose shades spell the number: hashes and near-duplicates keep such pictures apart.
    for (let i = 0; i < pixels.length; i++) {
      const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / (3 * side))];
      const block = Math.floor((4 * y) / side) * 4 + Math.floor((4 * x) / side);
      pixels[i] = (Math.imul(at * 48 + block * 3 + (i % 3) + 1, 2_654_435_761) >>> 15) & 255;
    }
    const jpeg = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
      .jpeg({ quality: 60 })
      .toBuffer();
    writeFileSync(path.join(folder, `class-${at % classes}`, `${at}.jpg`), jpeg);
  }
  return folder;
}
