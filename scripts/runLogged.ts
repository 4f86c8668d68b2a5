import { spawn } from 'node:child_process';

export interface LoggedCommand {
  file: string;
  args: readonly string[];
  cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
}

/**
 * Runs a command to its end and settles with its last lines of output. Throws an error that carries those lines when it
 * cannot be started, fails, or takes longer than `timeoutMs`.
 */
export async function runLogged(command: LoggedCommand): Promise<string> {
  const { file, args, timeoutMs } = command;
  const shown = [file, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...command.env },
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    });
    let tail = '';
    const keep = (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => reject(new Error(`${shown}: could not be started (${error.message})`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(tail);
      else reject(new Error(`${shown}: ended with ${signal ?? `exit code ${code}`}\n${tail}`));
    });
  });
}
