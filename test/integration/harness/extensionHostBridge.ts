import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type * as VscodeApi from 'vscode';
import * as z from 'zod';

const connectTimeoutMs = 180_000;
const answerSchema = z.object({ id: z.number(), value: z.unknown().optional(), error: z.string().optional() });

/** Reaches into the extension host of one window, over all its reloads. */
export interface ExtensionHostBridge {
  /** The test module that the window is opened with. */
  readonly extensionTestsPath: string;
  /**
   * Runs a function in the extension host, with VS Code's API and an argument that survives JSON; it cannot see variables of
   * the test. Waits for the host where it is starting. Throws what the function throws.
   */
  evaluate<Argument, Result>(
    work: (vscode: typeof VscodeApi, argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result>;
  /** Settles with the next connection's end: the host was reloaded or is gone. */
  hungUp(): Promise<void>;
  close(): Promise<void>;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** `bundle` is `dist/test/bridge.cjs`. */
export async function createExtensionHostBridge(bundle: string): Promise<ExtensionHostBridge> {
  const folder = await mkdtemp(path.join(tmpdir(), 'upsize-bridge-'));
  const socketPath = path.join(folder, 'socket');
  const extensionTestsPath = path.join(folder, 'tests.cjs');
  await writeFile(
    extensionTestsPath,
    `exports.run = () => require(${JSON.stringify(bundle)}).connect(${JSON.stringify(socketPath)});`,
  );
  const pending = new Map<number, Pending>();
  let connection = Promise.withResolvers<Socket>();
  let next = 0;
  const server = createServer((socket) => {
    createInterface(socket).on('line', (line) => {
      const answer = answerSchema.parse(JSON.parse(line));
      const waiting = pending.get(answer.id);
      pending.delete(answer.id);
      if (answer.error === undefined) waiting?.resolve(answer.value);
      else waiting?.reject(new Error(answer.error));
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      connection = Promise.withResolvers<Socket>();
      for (const waiting of pending.values()) waiting.reject(new Error('The extension host went away.'));
      pending.clear();
    });
    connection.resolve(socket);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const connected = async () => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`The extension host did not start within ${connectTimeoutMs / 1000} s.`)),
      connectTimeoutMs,
    );
    try {
      return await Promise.race([connection.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    extensionTestsPath,
    async evaluate(work, argument) {
      const socket = await connected();
      const id = next++;
      const answer = Promise.withResolvers<unknown>();
      pending.set(id, answer);
      socket.write(`${JSON.stringify({ id, source: work.toString(), argument })}\n`);
      return (await answer.promise) as Awaited<ReturnType<typeof work>>;
    },
    async hungUp() {
      const socket = await connected();
      if (!socket.destroyed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    },
    async close() {
      server.close();
      connection.promise.then((socket: Socket) => socket.destroy()).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
