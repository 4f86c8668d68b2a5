import * as vscode from 'vscode';
import type { ScanSummary } from '../../trainer/protocol/scan.ts';
import type { Trainer } from '../trainer/trainer.ts';
import { TrainerError } from '../trainer/trainerError.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';

/** A scan under way, and those who wait for it. */
interface RunningScan {
  answer: Promise<ScanSummary>;
  abort: AbortController;
  askers: Set<(line: string) => void>;
}

/** The scans that this window makes, one at a time a workspace folder. */
export class DatasetScans implements vscode.Disposable {
  readonly #trainer: Trainer;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #running = new Map<string, RunningScan>();

  /** A scan began or ended. */
  readonly onDidChange = this.#changed.event;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
  }

  isRunning(folder: UpsizeFolder): boolean {
    return this.#running.has(folder.path);
  }

  /**
   * Looks through the images of a folder's data set. One scan at a time a folder: who asks meanwhile gets the same one, with its
   * progress, and may leave it; it ends when nobody waits for it any more.
   */
  async scan(folder: UpsizeFolder, signal: AbortSignal, onLine: (line: string) => void): Promise<ScanSummary> {
    const running = this.#running.get(folder.path) ?? this.#start(folder);
    running.askers.add(onLine);
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => {
        running.askers.delete(onLine);
        if (running.askers.size === 0) running.abort.abort();
        reject(new TrainerError('cancelled', '"upsize scan" was cancelled.'));
      };
    });
    signal.addEventListener('abort', leave);
    try {
      return await Promise.race([running.answer, left]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #start(folder: UpsizeFolder): RunningScan {
    const askers: RunningScan['askers'] = new Set();
    const abort = new AbortController();
    const answer = this.#scan(folder, abort.signal, (line) => askers.forEach((tell) => tell(line))).finally(() => {
      this.#running.delete(folder.path);
      this.#changed.fire();
    });
    // All who asked may have left by the time it fails.
    answer.catch(() => undefined);
    const running = { answer, abort, askers };
    this.#running.set(folder.path, running);
    this.#changed.fire();
    return running;
  }

  async #scan(folder: UpsizeFolder, signal: AbortSignal, onLine: (line: string) => void): Promise<ScanSummary> {
    const { file } = folder.config;
    const { scanSummarySchema } = await import('../../trainer/protocol/scan.ts');
    const summary = await this.#trainer.ask(scanSummarySchema, {
      args: ['scan', '--summary', ...(file === null ? [] : ['--config', file])],
      workspace: folder.path,
      signal,
      timeoutMs: null,
      onLine,
      // Ends with 1 where training would be refused; the scan says why.
      accept: [0, 1],
    });
    // Who asked for it goes by it at once.
    folder.look();
    return summary;
  }
}
