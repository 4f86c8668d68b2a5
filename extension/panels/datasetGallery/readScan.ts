import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { scanSchema, type Scan } from '../../../trainer/protocol/scan.ts';
import { scanFile } from '../../../trainer/protocol/scanFile.ts';

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
 * @throws an Error with a sentence for the user where the scan cannot be understood.
 */
export async function readScan(workspace: string, source: string): Promise<Scan | null> {
  let text: string;
  try {
    text = await readFile(scanFile(workspace, source), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return quickScanSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error('The last scan is not one that this Upsize knows. Scan the data set again.', { cause });
  }
}
