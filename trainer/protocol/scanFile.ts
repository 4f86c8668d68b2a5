import { createHash } from 'node:crypto';
import path from 'node:path';
import { workspacePaths } from './runPaths.ts';

/** Where the last scan of a data set is kept, for views. `source` is the absolute path of its folder or CSV file. */
export function scanFile(workspace: string, source: string): string {
  return path.join(scansFolder(workspace), `${keyOf(source)}.json`);
}

/** Where its summary lies: what the Dataset view shows, without the lists of images. */
export function scanSummaryFile(workspace: string, source: string): string {
  return path.join(scansFolder(workspace), `${keyOf(source)}-summary.json`);
}

function scansFolder(workspace: string): string {
  return path.join(workspacePaths(workspace).cache, 'scans');
}

function keyOf(source: string): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 32);
}
