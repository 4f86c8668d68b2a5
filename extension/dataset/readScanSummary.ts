import { readFileSync } from 'node:fs';
import { scanSummarySchema, type ScanSummary } from '../../trainer/protocol/scan.ts';
import { scanSummaryFile } from '../../trainer/protocol/scanFile.ts';

/** What the newest scan of the data set `source` in a workspace folder found; null where there is none that can be read. */
export function readScanSummary(workspace: string, source: string): ScanSummary | null {
  try {
    return scanSummarySchema.parse(JSON.parse(readFileSync(scanSummaryFile(workspace, source), 'utf8')));
  } catch {
    // Not there, or of another version: the next scan writes it again.
    return null;
  }
}
