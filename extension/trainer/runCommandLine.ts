import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { TrainerError } from './trainerError.ts';

/** A Node executable, with what its environment needs to be one (`ELECTRON_RUN_AS_NODE` for VS Code's own). */
export interface NodeCommand {
  file: string;
  environment: Readonly<Record<string, string>>;
}

export interface CommandLineCall {
  node: NodeCommand;
  /** The trainer's file. */
  entry: string;
  args: readonly string[];
  /** What messages call it; the command of the trainer where nothing is said. */
  name?: string;
  cwd: string;
  environment: Readonly<Record<string, string>>;
  /** Undefined waits as long as it takes. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Exit codes whose output counts; 4 says that the user has to choose. */
  accept?: readonly number[];
  /** Takes each line for people (standard error) as it comes. */
  onLine?: (line: string) => void;
}

const mostOutputBytes = 64 * 1024 * 1024;
const killGraceMs = 3000;
const keptLines = 20;
const longestLine = 2000;

/**
 * Runs one command of the trainer to its end and settles with what it printed. Throws a TrainerError otherwise; whatever the
 * process does, it is gone then.
 */
export async function runCommandLine(call: CommandLineCall): Promise<string> {
  const { node, entry, args, cwd, signal } = call;
  const shown = call.name ?? `"upsize${args[0] === undefined ? '' : ` ${args[0]}`}"`;
  if (signal?.aborted) throw cancelled(shown);
  const child = spawn(node.file, [entry, ...args], {
    cwd,
    env: { ...call.environment, ...node.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let reason: 'cancelled' | 'timedOut' | 'flooded' | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: typeof reason) => {
    if (reason !== undefined) return;
    reason = why;
    child.kill('SIGTERM');
    killTimer = setTimeout(() => child.kill('SIGKILL'), killGraceMs);
  };
  const timer = call.timeoutMs === undefined ? undefined : setTimeout(() => end('timedOut'), call.timeoutMs);
  const abort = () => end('cancelled');
  signal?.addEventListener('abort', abort);
  const lastLines: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    const short = line.slice(0, longestLine);
    lastLines.push(short);
    if (lastLines.length > keptLines) lastLines.shift();
    call.onLine?.(short);
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= mostOutputBytes) chunks.push(chunk);
    else end('flooded');
  });
  try {
    const { code, killedBy } = await ended(child, shown);
    if (reason === 'cancelled') throw cancelled(shown);
    if (reason === 'timedOut') {
      const seconds = Math.round((call.timeoutMs ?? 0) / 1000);
      throw new TrainerError(
        'timedOut',
        `${shown} did not end within ${seconds} s and was ended. "Show Log" has what it said.`,
        { lastLines },
      );
    }
    if (reason === 'flooded') {
      throw new TrainerError('flooded', `${shown} printed more than ${mostOutputBytes / 1e6} MB and was ended.`, {
        lastLines,
      });
    }
    if (killedBy !== null) {
      throw new TrainerError(
        'killed',
        `${shown} was ended by ${killedBy}${killedBy === 'SIGKILL' ? ', perhaps for want of memory' : ''}. Try again; "Show Log" has what it said.`,
        { lastLines },
      );
    }
    if (code === null || !(call.accept ?? [0]).includes(code)) {
      const said = lastWords(lastLines);
      throw new TrainerError('failed', said || `${shown} ended with exit code ${code} and no word why.`, {
        lastLines,
        exitCode: code,
      });
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    clearTimeout(timer);
    clearTimeout(killTimer);
    signal?.removeEventListener('abort', abort);
  }
}

/** What a trainer that failed said at its end: all lines of its message, else the last one. */
function lastWords(lines: readonly string[]): string {
  const message = lines.findLastIndex((line) => line.startsWith('upsize: '));
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return lines
    .slice(message === -1 ? last : message)
    .join('\n')
    .trim()
    .replace(/^upsize: /, '');
}

function cancelled(shown: string): TrainerError {
  return new TrainerError('cancelled', `${shown} was cancelled.`);
}

async function ended(
  child: ReturnType<typeof spawn>,
  shown: string,
): Promise<{ code: number | null; killedBy: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        new TrainerError('notStarted', `${shown} could not be started: ${error.message}. Check "upsize.nodePath".`),
      ),
    );
    child.once('close', (code, killedBy) => resolve({ code, killedBy }));
  });
}
