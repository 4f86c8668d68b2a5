import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { datasetProblemSchema } from '../../trainer/protocol/datasetProblem.ts';
import { workspacePaths } from '../../trainer/protocol/runFolder.ts';
import { scannedClassSchema, scanSchema, type Scan } from '../../trainer/protocol/scan.ts';
import type { Trainer } from '../trainer/trainer.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';

/** What the Dataset and Next Step views keep of a scan: nothing that grows with the images but their problems. */
export const scanSummarySchema = z.object({
  created: z.number(),
  root: z.string(),
  source: z.string(),
  images: z.number(),
  classes: z.array(scannedClassSchema),
  sizes: z.array(z.number()),
  tooSmall: z.array(z.number()),
  suggestedSizes: z.array(z.number()),
  problems: z.array(datasetProblemSchema),
});
export type ScanSummary = z.infer<typeof scanSummarySchema>;

function summaryOf(scan: Scan): ScanSummary {
  const { created, root, source, classes, sizes, tooSmall, suggestedSizes, problems } = scan;
  const images = scan.images.file.length - scan.excluded.length;
  return { created, root, source, images, classes, sizes, tooSmall, suggestedSizes, problems };
}

/** The newest scan of each workspace folder, kept in its cache over sessions. */
export class DatasetScans implements vscode.Disposable {
  readonly #trainer: Trainer;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #byFolder = new Map<string, ScanSummary | null>();
  readonly #running = new Map<string, Promise<ScanSummary>>();

  readonly onDidChange = this.#changed.event;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
  }

  /** What the newest scan found, if it was of the data set that the config names now. */
  of(folder: UpsizeFolder): ScanSummary | null {
    let summary = this.#byFolder.get(folder.path);
    if (summary === undefined) {
      summary = readSummary(folder.path);
      this.#byFolder.set(folder.path, summary);
    }
    const { dataset } = folder.config;
    return summary !== null && dataset !== null && path.resolve(summary.source) === dataset ? summary : null;
  }

  isRunning(folder: UpsizeFolder): boolean {
    return this.#running.has(folder.path);
  }

  /** Looks through the images of a folder's data set. One scan at a time a folder: a second asker gets the same. */
  async scan(folder: UpsizeFolder, signal: AbortSignal, onLine: (line: string) => void): Promise<ScanSummary> {
    const running = this.#running.get(folder.path) ?? this.#scan(folder, signal, onLine);
    this.#running.set(folder.path, running);
    this.#changed.fire();
    try {
      return await running;
    } finally {
      this.#running.delete(folder.path);
      this.#changed.fire();
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #scan(folder: UpsizeFolder, signal: AbortSignal, onLine: (line: string) => void): Promise<ScanSummary> {
    const { file } = folder.config;
    const scan = await this.#trainer.ask(scanSchema, {
      args: ['scan', ...(file === null ? [] : ['--config', file])],
      workspace: folder.path,
      signal,
      onLine,
      // Ends with 1 where training would be refused; the scan says why.
      accept: [0, 1],
    });
    const summary = summaryOf(scan);
    this.#byFolder.set(folder.path, summary);
    writeSummary(folder.path, summary);
    return summary;
  }
}

function summaryFile(workspace: string): string {
  return path.join(workspacePaths(workspace).cache, 'dataset-view.json');
}

function readSummary(workspace: string): ScanSummary | null {
  try {
    return scanSummarySchema.parse(JSON.parse(readFileSync(summaryFile(workspace), 'utf8')));
  } catch {
    // Not there, or of another version: the next scan writes it again.
    return null;
  }
}

function writeSummary(workspace: string, summary: ScanSummary): void {
  const file = summaryFile(workspace);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(temporary, JSON.stringify(summary));
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}
