import { Worker } from 'node:worker_threads';
import { trainerEntry } from '../protocol/trainerEntry.ts';
import { lookingMemory } from '../protocol/workerMemory.ts';
import type { DecoderAnswer, DecoderQuestion, DecoderThreadData } from './decoderThread.ts';
import { ImageRefusal } from './imageHeader.ts';
import type { ImageWish, LearnedImage } from './learnImage.ts';

interface Thread {
  worker: Worker;
  busy: number;
}

interface Waiting {
  thread: Thread;
  resolve: (answer: DecoderAnswer) => void;
  reject: (error: unknown) => void;
}

/**
 * Threads that read, hash and decode image files, so that neither this thread's JavaScript nor its other work limits how
 * fast a data set is looked at. They are started as they are needed; `close` ends them.
 */
export class DecoderPool {
  readonly #most: number;
  readonly #threads: Thread[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** @param most threads at most. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Reads a file and gives the SHA-256 of its bytes, hexadecimal, to `wishFor`, which says what is wanted of it; null: nothing.
   *
   * @param guess what is wanted of a content that is not known, where this one hardly is: it is made at once then, which saves asking
   *   the thread twice, a tenth of a small picture's time.
   * @throws ImageRefusal naming what is wrong with the file or the image; what `wishFor` throws.
   */
  async learn(
    file: string,
    wishFor: (contentHash: string) => ImageWish | null,
    guess: ImageWish | null = null,
  ): Promise<LearnedImage | null> {
    const id = ++this.#lastId;
    const thread = this.#leastBusy();
    thread.busy++;
    try {
      const read = await this.#ask(thread, { id, file, wish: guess });
      if (!('contentHash' in read) || read.contentHash === null) throw refusalOf(read);
      let wish: ImageWish | null = null;
      try {
        wish = wishFor(read.contentHash);
      } finally {
        if (wish === null && guess === null)
          thread.worker.postMessage({ id, file: null, wish } satisfies DecoderQuestion);
      }
      if (wish === null) return null;
      const decoded = guess === null ? await this.#ask(thread, { id, file: null, wish }) : read;
      if (!('learned' in decoded)) throw refusalOf(decoded);
      return decoded.learned;
    } finally {
      thread.busy--;
    }
  }

  /** Ends the threads. What is under way is given up. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  #leastBusy(): Thread {
    const idle = this.#threads.find(({ busy }) => busy === 0);
    if (idle) return idle;
    if (this.#threads.length < this.#most) return this.#start();
    return this.#threads.reduce((least, one) => (one.busy < least.busy ? one : least));
  }

  #start(): Thread {
    const workerData = { job: 'decode' } satisfies DecoderThreadData;
    const worker = new Worker(trainerEntry(), { workerData, resourceLimits: lookingMemory });
    const thread: Thread = { worker, busy: 0 };
    this.#threads.push(thread);
    worker.on('message', (answer: DecoderAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      waiting?.resolve(answer);
    });
    const fail = (error: unknown) => {
      for (const [id, waiting] of this.#waiting) {
        if (waiting.thread !== thread) continue;
        this.#waiting.delete(id);
        waiting.reject(error);
      }
    };
    worker.once('error', fail);
    worker.once('exit', () => fail(new Error('A thread that decodes images has ended.')));
    return thread;
  }

  #ask(thread: Thread, question: DecoderQuestion): Promise<DecoderAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, { thread, resolve, reject });
      thread.worker.postMessage(question);
    });
  }
}

function refusalOf(answer: DecoderAnswer): Error {
  if ('refusal' in answer) return new ImageRefusal(answer.refusal, answer.reason);
  return new Error('error' in answer ? answer.error : 'A thread that decodes images gave no answer.');
}
