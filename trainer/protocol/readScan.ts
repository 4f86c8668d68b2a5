import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { scanSchema, type Scan } from './scan.ts';
import { scanFile } from './scanFile.ts';

/** A column is checked value by value without a schema's overhead: a large scan has a million of them. */
const numbers = z.custom<number[]>((value) => Array.isArray(value) && value.every((each) => typeof each === 'number'));
const texts = z.custom<string[]>((value) => Array.isArray(value) && value.every((each) => typeof each === 'string'));
const columns = scanSchema.shape.images.shape;
const quickScanSchema = z.object({
  ...scanSchema.shape,
  images: z.object({
    ...columns,
    file: texts,
    contentHash: texts,
    label: numbers,
    split: numbers,
    width: numbers,
    height: numbers,
    bytes: numbers,
    sheet: numbers,
    cell: numbers,
    cellWidth: numbers,
    cellHeight: numbers,
  }),
});

/**
 * Reads the newest scan of the data set `source` in a workspace folder. Null where there is none.
 *
 * @throws an Error that names the file and says what to do, where there is one that cannot be read: damaged, or of another
 * version.
 */
export async function readScan(workspace: string, source: string): Promise<Scan | null> {
  const file = scanFile(workspace, source);
  try {
    return quickScanSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new Error(
      `${file}: the last scan cannot be read; it is damaged, or of another version of Upsize. Scan the data set again ("upsize scan").`,
      { cause },
    );
  }
}
