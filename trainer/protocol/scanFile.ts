import { createHash } from 'node:crypto';
import path from 'node:path';
import { workspacePaths } from './runFolder.ts';

/** Where the last scan of a data set is kept, for views. `source` is the absolute path of its folder or CSV file. */
export function scanFile(workspace: string, source: string): string {
  const key = createHash('sha256').update(source).digest('hex').slice(0, 32);
  return path.join(workspacePaths(workspace).cache, 'scans', `${key}.json`);
}
