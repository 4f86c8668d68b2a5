import { spawn } from 'node:child_process';

/** What became of a tool: its exit status (null when killed or not found) and what it printed. */
export interface ToolResult {
  status: number | null;
  /** The system's code when the tool could not be started, such as ENOENT. */
  notStarted?: string;
  stdout: string;
  stderr: string;
}

const graceMs = 5000;

/**
 * Runs a program with an argument array, never through a shell, and gathers what it prints. Cancelling ends it and what it
 * started, and rejects once it is gone, so that nothing writes any more into a folder that is then removed.
 */
export function runTool(
  command: string,
  arguments_: readonly string[],
  options: { env?: Record<string, string | undefined>; signal?: AbortSignal | undefined; cwd?: string } = {},
): Promise<ToolResult> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, arguments_, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      // A group of its own, so that what it starts (a compiler, say) ends with it.
      detached: process.platform !== 'win32',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const kill = (how: NodeJS.Signals) => {
      try {
        if (process.platform === 'win32' || child.pid === undefined) child.kill(how);
        else process.kill(-child.pid, how);
      } catch {
        // It has just ended by itself.
      }
    };
    let force: NodeJS.Timeout | undefined;
    const cancel = () => {
      kill('SIGTERM');
      force = setTimeout(() => kill('SIGKILL'), graceMs);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    let stdout = '';
    let stderr = '';
    let notStarted: string | undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => (notStarted ??= error.code ?? error.message));
    child.on('close', (status) => {
      clearTimeout(force);
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted) reject(signal.reason instanceof Error ? signal.reason : new Error('Cancelled.'));
      else resolve({ status, stdout, stderr, ...(notStarted === undefined ? {} : { notStarted }) });
    });
  });
}
