import type { Readable, Writable } from 'node:stream';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
} from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { readImageFile } from '../dataset/readImageFile.ts';
import { loadEngine, parseEngineChoice } from '../engine/loadEngine.ts';
import {
  predictorMethods,
  progressNotification,
  type PredictorMethod,
  type PredictorResult,
  type progressSchema,
} from '../protocol/predictor.ts';
import { processStart } from '../protocol/processIdentity.ts';
import { upsizeVersion } from '../protocol/upsizeVersion.ts';
import { augmentImage } from './augmentImage.ts';
import { ImagePredictor } from './imagePredictor.ts';
import { makeThumbnail } from './thumbnail.ts';
import { Turns } from './turns.ts';

const hostPollMs = 2000;
const memoryPollMs = 1000;

type Handlers = {
  [M in PredictorMethod]: (
    params: z.output<(typeof predictorMethods)[M]['params']>,
    token: CancellationToken,
  ) => Promise<PredictorResult<M>>;
};

/**
 * Serves the views of one window until its host is gone: over the two streams, in turns where requests use the models, what is
 * looked at before work in bulk. Returns when the connection has closed; throws where the process takes more memory than its
 * host allows, TensorFlow's own included, which no option of Node bounds: the host starts another one.
 */
export async function servePredictor(input: Readable, output: Writable): Promise<void> {
  const connection = createMessageConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
  let end: (why: Error | null) => void = () => undefined;
  const closed = new Promise<Error | null>((resolve) => {
    end = resolve;
    connection.onClose(() => resolve(null));
    input.once('end', () => resolve(null));
    input.once('close', () => resolve(null));
  });
  let opened: { workspace: string; images: ImagePredictor } | null = null;
  let hostPoll: NodeJS.Timeout | undefined;
  let memoryPoll: NodeJS.Timeout | undefined;
  const boundMemory = (megabytes: number) => {
    clearInterval(memoryPoll);
    memoryPoll = setInterval(() => {
      const used = Math.round(process.memoryUsage.rss() / 1e6);
      if (used <= megabytes) return;
      const took = `The predictor took ${used} MB of memory, more than the ${megabytes} MB of its setting, and ends.`;
      end(new Error(took));
    }, memoryPollMs);
    memoryPoll.unref();
  };
  const workspace = () => {
    if (opened === null) throw new Error('The predictor was asked before it was told its workspace.');
    return opened;
  };
  const turns = new Turns();

  const handlers: Handlers = {
    open: async ({ workspace: folder, hostPid, memoryLimitMegabytes }) => {
      const engine = await loadEngine(parseEngineChoice(process.env.UPSIZE_ENGINE), { threads: 1 });
      opened = { workspace: folder, images: new ImagePredictor(folder) };
      const start = processStart(hostPid);
      clearInterval(hostPoll);
      hostPoll = setInterval(() => processStart(hostPid) !== start && connection.end(), hostPollMs);
      hostPoll.unref();
      if (memoryLimitMegabytes !== undefined) boundMemory(memoryLimitMegabytes);
      return { engine: engine.name, upsize: upsizeVersion };
    },
    predictImage: (params, token) =>
      turns.ahead(() => wanted(token, (isCancelled) => workspace().images.predict(params, isCancelled))),
    networkInput: ({ runId, file }, token) =>
      turns.ahead(() => wanted(token, () => workspace().images.networkInput(runId, file))),
    explainImage: (params, token) => turns.bulk(() => wanted(token, () => workspace().images.explain(params))),
    augmentImage: (params) => augmentImage(params),
    nearestImages: (params, token) =>
      wanted(token, (isCancelled) =>
        workspace().images.nearest(params, {
          cancelled: isCancelled,
          progress: (done, total) => {
            if (params.progressToken === undefined) return;
            const progress: z.input<typeof progressSchema> = { token: params.progressToken, done, total };
            void connection.sendNotification(progressNotification, progress);
          },
          turn: (work) => turns.bulk(work),
        }),
      ),
    thumbnail: async ({ file, pixels, bytes }) => await makeThumbnail(await readImageFile(file), pixels, bytes),
  };
  for (const method of Object.keys(handlers) as PredictorMethod[]) {
    connection.onRequest(method, async (params: unknown, token: CancellationToken) => {
      const parsed = predictorMethods[method].params.safeParse(params);
      if (!parsed.success) {
        throw new ResponseError(ErrorCodes.InvalidParams, `${method}: ${z.prettifyError(parsed.error)}`);
      }
      const handle = handlers[method] as (params: unknown, token: CancellationToken) => Promise<unknown>;
      try {
        return await handle(parsed.data, token);
      } catch (error) {
        if (error instanceof ResponseError) throw error;
        throw new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
      }
    });
  }
  connection.listen();
  const excess = await closed;
  clearInterval(hostPoll);
  clearInterval(memoryPoll);
  connection.dispose();
  if (excess) throw excess;
}

/** Does work unless who asked no longer wants to know, and says so then; work that is given up on the way brings null. */
async function wanted<T>(
  token: CancellationToken,
  work: (isCancelled: () => boolean) => Promise<T | null>,
): Promise<T> {
  const found = token.isCancellationRequested ? null : await work(() => token.isCancellationRequested);
  // LSP's number for a request that was cancelled.
  if (found === null) throw new ResponseError(-32800, 'Cancelled.');
  return found;
}
