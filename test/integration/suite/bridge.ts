import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { runInThisContext } from 'node:vm';
import * as vscode from 'vscode';

interface Request {
  id: number;
  source: string;
  argument: unknown;
}

async function answer({ id, source, argument }: Request): Promise<string> {
  try {
    // The source is a function of the test that opened this window.
    const evaluate = runInThisContext(`(${source})`) as (api: typeof vscode, argument: unknown) => unknown;
    return JSON.stringify({ id, value: await evaluate(vscode, argument) });
  } catch (error) {
    return JSON.stringify({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/**
 * Lets a test outside reach into this window's extension host: functions come in over a local socket, their results go
 * back. Settles when the test hangs up, which ends the window.
 */
export async function connect(socketPath: string): Promise<void> {
  const socket = createConnection(socketPath);
  const lines = createInterface(socket);
  lines.on('line', (line) => {
    void answer(JSON.parse(line) as Request).then((text) => socket.write(`${text}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('close', () => resolve());
    socket.once('error', reject);
  });
}
