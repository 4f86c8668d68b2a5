import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { paintFiles } from './paintFiles.ts';
import { planSample } from './plan.ts';

/** What a painting thread is started with. */
export const workerDataSchema = z.object({ directory: z.string(), seed: z.number(), count: z.number() });
/** A job for it: which pictures of the plan to paint next. */
const jobSchema = z.object({ from: z.number(), to: z.number() });

if (parentPort) {
  const port = parentPort;
  const { directory, seed, count } = workerDataSchema.parse(workerData);
  const plans = planSample(seed, count);
  port.on('message', (message: unknown) => {
    const { from, to } = jobSchema.parse(message);
    paintFiles(directory, seed, plans.slice(from, to)).then(
      (files) => port.postMessage(files),
      (error: unknown) => {
        throw error;
      },
    );
  });
}
