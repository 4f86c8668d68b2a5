import { parentPort, Worker, workerData } from 'node:worker_threads';
import { trainerEntry } from '../protocol/trainerEntry.ts';
import type { PixelReader } from './batches.ts';
import { DatasetError } from './datasetError.ts';
import { openPixelReader, type LocatedPixels } from './pixelReader.ts';

interface PixelThreadData {
  job: 'pixels';
  located: LocatedPixels;
  decodedAtOnce: number;
}

/** To the thread: images to read into shared memory. */
interface ReadQuestion {
  id: number;
  indices: Uint32Array;
  into: Uint8Array;
}

/** From it: a reading done, or why not. The first answer, of id 0, says that the files are open. */
interface ReadAnswer {
  id: number;
  error: string | null;
}

/**
 * Starts a thread that reads decoded images. `read` takes memory that is shared (`SharedArrayBuffer`) and no other.
 *
 * @throws when the cache's files cannot be opened.
 */
export async function startPixelThread(located: LocatedPixels, decodedAtOnce: number): Promise<PixelReader> {
  const data: PixelThreadData = { job: 'pixels', located, decodedAtOnce };
  const worker = new Worker(trainerEntry(), { workerData: data });
  const waiting = new Map<number, { resolve: () => void; reject: (error: unknown) => void }>();
  let lastId = 0;
  let gone: Error | null = null;
  const answered = (id: number) =>
    new Promise<void>((resolve, reject) => {
      if (gone) reject(gone);
      else waiting.set(id, { resolve, reject });
    });
  worker.on('message', ({ id, error }: ReadAnswer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === null) one?.resolve();
    else one?.reject(new DatasetError(error));
  });
  const fail = (error: Error) => {
    gone ??= error;
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };
  worker.once('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  void ended.then(() => fail(new Error('The thread that reads images has ended.')));
  await answered(0);
  return {
    size: located.preprocessing.size,
    async read(indices, into) {
      if (!(into.buffer instanceof SharedArrayBuffer)) throw new TypeError('Images are read into shared memory.');
      const id = ++lastId;
      const done = answered(id);
      worker.postMessage({ id, indices: Uint32Array.from(indices), into } satisfies ReadQuestion);
      await done;
    },
    async close() {
      worker.postMessage(null);
      await ended;
    },
  };
}

/** Entry of the thread: reads what it is asked for until it is told to close. */
export async function runPixelThread(): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('A thread that reads images has a parent.');
  const say = (answer: ReadAnswer) => port.postMessage(answer);
  const { located, decodedAtOnce } = workerData as PixelThreadData;
  let reader: PixelReader;
  try {
    reader = await openPixelReader(located, decodedAtOnce);
  } catch (error) {
    say({ id: 0, error: messageOf(error) });
    return;
  }
  const reading = new Set<Promise<void>>();
  port.on('message', (question: ReadQuestion | null) => {
    if (question === null) {
      void Promise.allSettled(reading).then(async () => {
        await reader.close();
        port.close();
      });
      return;
    }
    const { id, indices, into } = question;
    const one = reader.read(indices, into).then(
      () => say({ id, error: null }),
      (error: unknown) => say({ id, error: messageOf(error) }),
    );
    reading.add(one);
    void one.then(() => reading.delete(one));
  });
  say({ id: 0, error: null });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
