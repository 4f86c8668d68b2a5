import { readFileSync, statSync } from 'node:fs';
import { scanSummarySchema, type ScanSummary } from '../../trainer/protocol/scan.ts';
import { scanSummaryFile } from '../../trainer/protocol/scanFile.ts';

interface Found {
  /** Changes when the file does, or when it is another. */
  stamp: string;
  summary: ScanSummary | null;
}

/**
 * What the newest scan of a workspace folder's data set found, whoever made it: this window, another, or a terminal. It is read once
 * and kept until `refresh`. The file is looked at rather than watched: a watcher can miss what is written into a folder in the very
 * moment that the folder is made, as the first scan does.
 */
export class NewestScan {
  readonly #workspace: string;
  readonly #dataset: () => string | null;
  #found: Found | undefined;

  /** `dataset` gives the absolute path of the folder or CSV file that the config now names, or null. */
  constructor(workspace: string, dataset: () => string | null) {
    this.#workspace = workspace;
    this.#dataset = dataset;
  }

  /** Null where there is none that can be read. */
  get summary(): ScanSummary | null {
    return (this.#found ??= this.#find(undefined)).summary;
  }

  /** Looks at the disk again. Returns whether there is another scan than before. Cheap where not. */
  refresh(): boolean {
    const before = this.#found;
    this.#found = this.#find(before);
    return this.#found.stamp !== before?.stamp;
  }

  #find(before: Found | undefined): Found {
    const dataset = this.#dataset();
    if (dataset === null) return { stamp: 'no data set', summary: null };
    const file = scanSummaryFile(this.#workspace, dataset);
    try {
      // Each scan puts another file in the place of the one before, so its number tells too of two in one tick of the clock.
      const { ino, size, mtimeMs } = statSync(file);
      const stamp = `${file} ${ino} ${size} ${mtimeMs}`;
      if (before?.stamp === stamp) return before;
      return { stamp, summary: readSummary(file) };
    } catch {
      return { stamp: `${file} is not there`, summary: null };
    }
  }
}

function readSummary(file: string): ScanSummary | null {
  try {
    return scanSummarySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Of another version: the next scan writes it again.
    return null;
  }
}
