import { spawn } from 'node:child_process';

/** What became of a tool: its exit status (null when killed or not found) and what it printed. */
export interface ToolResult {
  status: number | null;
  /** The system's code when the tool could not be started, such as ENOENT. */
  notStarted?: string;
  stdout: string;
  stderr: string;
}

/** Runs a program with an argument array, never through a shell, and gathers what it prints. Cancelling kills it. */
export function runTool(
  command: string,
  arguments_: readonly string[],
  options: { env?: Record<string, string | undefined>; signal?: AbortSignal | undefined; cwd?: string } = {},
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, arguments_, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (options.signal?.aborted) reject(error);
      else resolve({ status: null, notStarted: error.code ?? error.message, stdout, stderr });
    });
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
