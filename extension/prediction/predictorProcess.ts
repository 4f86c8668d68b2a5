import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import {
  CancellationTokenSource,
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import * as z from 'zod';
import {
  predictorMethods,
  progressNotification,
  progressSchema,
  type PredictorMethod,
  type PredictorParams,
  type PredictorResult,
} from '../../trainer/protocol/predictor.ts';
import type { NodeCommand } from '../trainer/runCommandLine.ts';

const usualTimeoutsMs = { open: 30_000, ask: 60_000 };
const killGraceMs = 2000;
/** No answer is as long; what is, is no answer. */
const mostMessageBytes = 64 * 1024 * 1024;
/** With which all that it says begins. */
const firstBytes = 'Content-Length: ';

export interface PredictorOptions {
  node: NodeCommand;
  entry: string;
  environment: Readonly<Record<string, string>>;
  memoryLimitMegabytes: number;
  /** Absolute path of the workspace folder. */
  workspace: string;
  log: (line: string) => void;
  /** How long it may take to open, and to answer. One that says nothing for as long is ended. */
  timeoutsMs?: { open: number; ask: number };
}

/** How far a request is. */
export type OnProgress = (done: number, total: number) => void;

/** How the one who asks goes on with a request. */
export interface AskOptions {
  /** Ends the request; it rejects then. */
  signal?: AbortSignal;
  /** For requests that say how far they are. */
  onProgress?: OnProgress;
}

/** The long-lived child that reads images and models for the views of this window, while it lives. */
export interface PredictorProcess {
  /** Settles when the process is gone, with why. Never rejects. */
  readonly stopped: Promise<string>;
  /** The engine that it loaded. */
  readonly engine: 'native' | 'wasm';
  /** Rejects with a sentence for the user: what the predictor says, that it is gone, or that it took too long. */
  ask<M extends PredictorMethod>(
    method: M,
    params: PredictorParams<M>,
    options?: AskOptions,
  ): Promise<PredictorResult<M>>;
  dispose(): void;
}

/** Starts the predictor of a workspace folder. Settles when it has opened it; throws when it cannot. */
export async function startPredictor(options: PredictorOptions): Promise<PredictorProcess> {
  const { node, entry, workspace, log, memoryLimitMegabytes } = options;
  const child = spawn(node.file, [`--max-old-space-size=${memoryLimitMegabytes}`, entry, 'predictor'], {
    cwd: workspace,
    env: { ...options.environment, ...node.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  createInterface(child.stderr).on('line', log);
  let fault: string | undefined;
  /** Ends a child that cannot be talked to. */
  const end = (why: string) => {
    fault ??= why;
    // Whatever is still in the pipe is not for anybody.
    child.stdout.destroy();
    child.kill('SIGKILL');
  };
  const stopped = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it could not be started (${error.message})`));
    child.once('exit', (code, signal) => {
      const how = signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
      resolve(fault ?? how);
    });
  });
  /** Told once, when the process is gone: a request must leave nothing behind on a promise that lives as long as the child. */
  const onGone = new Set<(why: string) => void>();
  let gone: string | undefined;
  void stopped.then((why) => {
    gone = why;
    for (const tell of onGone) tell(why);
  });
  let messages = 0;
  const life: ChildLife = {
    messages: () => messages,
    end,
    whenGone: (tell) => {
      if (gone !== undefined) tell(gone);
      else onGone.add(tell);
      return () => onGone.delete(tell);
    },
  };
  // Without listeners, a pipe that breaks with the child would be an error of the extension host.
  for (const stream of [child.stdin, child.stdout]) stream.on('error', () => undefined);
  // Looked at before the reader does: it would search all of a flood for a header, again and again.
  child.stdout.once('data', (chunk: Buffer) => {
    if (!firstBytes.startsWith(chunk.toString('latin1', 0, firstBytes.length))) {
      end(`it said what no predictor says (${JSON.stringify(chunk.toString('utf8', 0, 60))}) and was ended`);
    }
  });
  let bytesSinceMessage = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytesSinceMessage += chunk.length;
    if (bytesSinceMessage > mostMessageBytes) end('it printed without end and was ended');
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
    undefined,
    {
      messageStrategy: {
        handleMessage(message, next) {
          bytesSinceMessage = 0;
          messages++;
          void next(message);
        },
      },
    },
  );
  connection.onError(([error]) =>
    end(`it said what no predictor says (${JSON.stringify(error.message)}) and was ended`),
  );
  connection.listen();
  const dispose = () => {
    connection.dispose();
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), killGraceMs);
    void stopped.then(() => clearTimeout(timer));
  };
  const timeoutsMs = options.timeoutsMs ?? usualTimeoutsMs;
  const listeners = new Map<number, OnProgress>();
  let tokens = 0;
  connection.onNotification(progressNotification, (raw: unknown) => {
    const progress = progressSchema.safeParse(raw);
    if (progress.success) listeners.get(progress.data.token)?.(progress.data.done, progress.data.total);
  });
  const ask: PredictorProcess['ask'] = async (method, params, { signal, onProgress } = {}) => {
    const token = ++tokens;
    let stillThere: () => void = () => undefined;
    if (onProgress) {
      listeners.set(token, (done, total) => {
        stillThere();
        onProgress(done, total);
      });
    }
    try {
      return await request(connection, life, {
        method,
        params: onProgress ? { ...params, progressToken: token } : params,
        signal,
        timeoutMs: timeoutsMs.ask,
        onBegin: (restart) => (stillThere = restart),
      });
    } finally {
      listeners.delete(token);
    }
  };
  try {
    const { engine } = await request(connection, life, {
      method: 'open',
      params: { workspace, hostPid: process.pid, memoryLimitMegabytes },
      signal: undefined,
      timeoutMs: timeoutsMs.open,
      onBegin: () => undefined,
    });
    return { stopped, engine, ask, dispose };
  } catch (error) {
    dispose();
    child.kill('SIGKILL');
    throw error;
  }
}

interface ChildLife {
  /** How many messages came from it. */
  messages: () => number;
  end: (why: string) => void;
  /** Calls back when the process is gone, with why; at once where it is. Returns what ends the waiting. */
  whenGone: (tell: (why: string) => void) => () => void;
}

interface Request<M extends PredictorMethod> {
  method: M;
  params: PredictorParams<M>;
  signal: AbortSignal | undefined;
  /** From the beginning, or from the last sign of life. */
  timeoutMs: number;
  /** Given what starts the time limit anew. */
  onBegin: (restart: () => void) => void;
}

/** One request that always settles: with its answer, the process's end, a cancellation or the time limit. */
async function request<M extends PredictorMethod>(
  connection: MessageConnection,
  life: ChildLife,
  { method, params, signal, timeoutMs, onBegin }: Request<M>,
): Promise<PredictorResult<M>> {
  const cancellation = new CancellationTokenSource();
  const cancel = () => cancellation.cancel();
  if (signal?.aborted) throw new Error('Cancelled.');
  signal?.addEventListener('abort', cancel);
  let timer: NodeJS.Timeout | undefined;
  let leave: () => void = () => undefined;
  try {
    const answer = await Promise.race([
      connection.sendRequest<unknown>(method, params, cancellation.token),
      new Promise<never>((_resolve, reject) => {
        leave = life.whenGone((why) => reject(new Error(`The process that makes predictions is gone: ${why}.`)));
      }),
      new Promise<never>((_resolve, reject) => {
        let heard = life.messages();
        const giveUp = () => {
          cancellation.cancel();
          // It may only have waited for others; where nothing at all was said since, the child hangs. Counted, since a timer of
          // a busy process can be early by the clock.
          if (life.messages() === heard) life.end('it did not answer and was ended');
          reject(new Error(`The process that makes predictions did not answer within ${timeoutMs / 1000} s.`));
        };
        timer = setTimeout(giveUp, timeoutMs);
        onBegin(() => {
          heard = life.messages();
          timer?.refresh();
        });
      }),
    ]);
    const schema: z.ZodType = predictorMethods[method].result;
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw new Error(`${method}: not what was expected (${z.prettifyError(parsed.error)})`);
    // The table's schema of this very method just parsed it; TypeScript does not follow the table by a type parameter.
    return parsed.data as PredictorResult<M>;
  } finally {
    clearTimeout(timer);
    leave();
    signal?.removeEventListener('abort', cancel);
    cancellation.dispose();
  }
}
