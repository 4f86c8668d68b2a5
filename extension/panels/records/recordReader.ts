import { Worker } from 'node:worker_threads';
import type { RecordParams, RecordRead, RecordResult } from './recordReads.ts';

/** What goes to the thread. */
export interface RecordRequest {
  id: number;
  method: RecordRead;
  params: unknown;
}

/** What comes back from it. */
export type RecordAnswer = { id: number; result: unknown } | { id: number; failure: string };

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * Reads evaluations, scans and step metrics in a thread of its own, so that a data set of any size never holds up the extension host. The
 * thread is started when it is first asked, and again after it failed.
 */
export class RecordReader {
  readonly #file: string;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #asked = 0;

  /** `file` is the absolute path of the thread's script. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Rejects with a sentence for the user: what the read says, or that the thread failed. */
  async read<M extends RecordRead>(method: M, params: RecordParams<M>): Promise<RecordResult<M>> {
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#asked;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    worker.postMessage({ id, method, params } satisfies RecordRequest);
    // Both ends are one program: the table that made the answer is the one that types it.
    return (await answer) as RecordResult<M>;
  }

  dispose(): void {
    void this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#file);
    worker.on('message', (answer: RecordAnswer) => {
      const waiting = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if ('failure' in answer) waiting?.reject(new Error(answer.failure));
      else waiting?.resolve(answer.result);
    });
    const end = (why: string) => {
      if (this.#worker === worker) this.#worker = null;
      for (const { reject } of this.#pending.values()) reject(new Error(why));
      this.#pending.clear();
    };
    worker.on('error', (error) => end(`The records of this folder cannot be read: ${error.message}`));
    worker.on('exit', () => end('The records of this folder can no longer be read: the window is closing.'));
    // Reading alone keeps no process alive. After the listeners, which would have it kept.
    worker.unref();
    return worker;
  }
}
