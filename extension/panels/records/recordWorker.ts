import { parentPort } from 'node:worker_threads';
import type { RecordAnswer, RecordRequest } from './recordReader.ts';
import { recordReads } from './recordReads.ts';

// The thread behind `RecordReader`.
parentPort?.on('message', ({ id, method, params }: RecordRequest) => {
  const read: (params: never) => Promise<unknown> = recordReads[method];
  read(params as never).then(
    (result) => parentPort?.postMessage({ id, result } satisfies RecordAnswer),
    (error: unknown) =>
      parentPort?.postMessage({
        id,
        failure: error instanceof Error ? error.message : String(error),
      } satisfies RecordAnswer),
  );
});
