import { stat } from 'node:fs/promises';

/** Changes whenever a file was written, by whomever; empty where there is none, or none that may be looked at. */
export async function fileStamp(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file);
    return `${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}
