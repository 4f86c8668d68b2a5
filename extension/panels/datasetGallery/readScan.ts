import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { workspacePaths } from '../../../trainer/protocol/runFolder.ts';
import { scanSchema, type Scan } from '../../../trainer/protocol/scan.ts';

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

/** The folder where scans are kept, one file a data set. */
export function scansFolder(workspace: string): string {
  return path.join(workspacePaths(workspace).cache, 'scans');
}

/**
 * Reads the newest scan of a workspace folder, of `source` where it is known. Null where there is none.
 *
 * @throws an Error with a sentence for the user where the scan cannot be understood.
 */
export async function readScan(workspace: string, source: string | null): Promise<Scan | null> {
  const folder = scansFolder(workspace);
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => ({ file: path.join(folder, name), time: (await stat(path.join(folder, name))).mtimeMs })),
  );
  files.sort((a, b) => b.time - a.time);
  for (const { file } of files) {
    const scan = quickScanSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (!scan.success) {
      throw new Error('The last scan is not one that this Upsize knows. Scan the data set again.', {
        cause: scan.error,
      });
    }
    if (source === null || path.resolve(scan.data.source) === path.resolve(source)) return scan.data;
  }
  return null;
}

/** Changes whenever a new scan was written. */
export async function scanStamp(workspace: string): Promise<string> {
  const folder = scansFolder(workspace);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const stamps = await Promise.all(
    names.map(async (name) => `${name} ${(await stat(path.join(folder, name))).mtimeMs}`),
  );
  return stamps.join('\n');
}
