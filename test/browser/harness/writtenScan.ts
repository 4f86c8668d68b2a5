import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import type { Distribution, Scan } from '../../../trainer/protocol/scan.ts';
import { scanFile } from '../../../trainer/protocol/scanFile.ts';
import { noise } from './writtenLadder.ts';

/** Cells of a sheet, as the trainer makes them. */
const cell = 64;
const columns = 16;
const cells = columns * columns;

function distribution(values: number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const [min = 0, max = 0] = [sorted[0], sorted.at(-1)];
  const edges = Array.from({ length: 21 }, (_, at) => (at * Math.max(1, max)) / 20);
  const counts = Array.from(
    { length: 20 },
    (_, at) => values.filter((value) => value >= (edges[at] ?? 0) && value < (edges[at + 1] ?? 0)).length,
  );
  return { min, median: sorted[sorted.length >> 1] ?? 0, max, peak: 140, counts, edges };
}

/**
 * Writes a scan of `images` made-up images below a workspace's cache, with one sheet of thumbnails that they all share, and
 * small picture files for the first few. With `sheets` it names as many sheets as a real scan would, `sheet-0.jpg` and so on, which
 * are not written. Returns the folder of the images.
 */
export async function writeScan(
  workspace: string,
  classNames: readonly string[],
  images: number,
  { hashes, sheets = false }: { hashes?: readonly string[]; sheets?: boolean } = {},
): Promise<string> {
  const root = path.join(workspace, 'photos');
  const { cache } = workspacePaths(workspace);
  mkdirSync(path.join(cache, 'scans'), { recursive: true });
  mkdirSync(path.join(cache, 'thumbnails'), { recursive: true });
  mkdirSync(root, { recursive: true });
  const all = Array.from({ length: images }, (_, index) => index);
  const label = all.map((index) => Math.floor((index / images) * classNames.length));
  const file = all.map((index) => `${classNames[label[index] ?? 0] ?? ''}/image_${String(index).padStart(6, '0')}.png`);
  const sides = Array.from({ length: 500 }, (_, at) =>
    [noise('width', at), noise('height', at)].map((share) => 40 + Math.floor(share * 300)),
  );
  const width = all.map((index) => sides[index % 500]?.[0] ?? 0);
  const height = all.map((index) => sides[index % 500]?.[1] ?? 0);
  const scan: Scan = {
    version: 1,
    created: Date.UTC(2026, 2, 14),
    root,
    source: root,
    fingerprint: '0'.repeat(64),
    classes: classNames.map((name, at) => ({
      name,
      images: label.filter((each) => each === at).length,
      train: 0,
      validation: 0,
      test: 0,
      grey: 0,
      duplicates: 0,
      nearDuplicates: 0,
      placeholders: 0,
      leftOut: 0,
      tooSmall: [0, 0, 0],
    })),
    images: {
      file,
      contentHash: all.map((index) => hashes?.[index] ?? createHash('sha256').update(`scan ${index}`).digest('hex')),
      label,
      split: all.map((index) => (index % 5 === 0 ? 1 : 0)),
      width,
      height,
      bytes: all.map(() => 1000),
      sheet: all.map((index) => (sheets ? Math.floor(index / cells) : 0)),
      cell: all.map((index) => index % cells),
      cellWidth: all.map((index) => (index % 2 === 0 ? cell : 48)),
      cellHeight: all.map((index) => (index % 2 === 0 ? 48 : cell)),
    },
    width: distribution(width),
    height: distribution(height),
    side: distribution(width),
    bytes: distribution(width),
    grey: [],
    duplicates: images > 3 ? [[1, 2]] : [],
    nearDuplicates: [],
    placeholders: images > 4 ? [[3]] : [],
    sizes: [48, 96, 192],
    tooSmall: [2, 30, 200],
    suggestedSizes: [48, 96, 192],
    problems: [],
    leftOut: 0,
    relabelled: 0,
    excluded: [],
    atlas: {
      cell,
      columns,
      sheets: sheets ? Array.from({ length: Math.ceil(images / cells) }, (_, at) => `sheet-${at}.jpg`) : ['sheet.jpg'],
    },
  };
  writeFileSync(scanFile(workspace, root), JSON.stringify(scan));
  const side = cell * columns;
  const pixels = Buffer.alloc(side * side * 3, 90);
  for (let at = 0; at < pixels.length; at += 3) pixels[at] = ((at / 3) % side) & 255;
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg()
    .toFile(path.join(cache, 'thumbnails', 'sheet.jpg'));
  // The longest names are those of no file that could be.
  for (const name of file.slice(0, 3).filter((each) => each.length < 200)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    await sharp({ create: { width: 20, height: 30, channels: 3, background: '#804020' } })
      .png()
      .toFile(path.join(root, name));
  }
  return root;
}
