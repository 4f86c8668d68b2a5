import { spawn } from 'node:child_process';
import path from 'node:path';

/** The command line's entry, as a clone runs it from its sources. */
export const upsizeEntry = path.resolve(import.meta.dirname, '..', '..', 'trainer', 'main.ts');

/** How a call of the command line ended, and what it printed. */
export interface UpsizeResult {
  code: number | null;
  output: string;
  errors: string;
}

export interface UpsizeCall {
  cwd: string;
  env?: Record<string, string>;
  /** Sends Ctrl-C each time that what was printed so far first matches the next of these; `before` is called first. */
  interruptAt?: readonly { printed: RegExp; before?: () => void }[];
}

/** Runs `upsize …` in a real process and waits for its end. */
export function runUpsize(
  args: readonly string[],
  { cwd, env = {}, interruptAt = [] }: UpsizeCall,
): Promise<UpsizeResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', upsizeEntry, ...args], {
      cwd,
      env: { ...process.env, UPSIZE_DEBUG: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result: UpsizeResult = { code: null, output: '', errors: '' };
    let interrupts = 0;
    child.stdout.on('data', (data: Buffer) => (result.output += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      result.errors += data.toString();
      const next = interruptAt[interrupts];
      if (next?.printed.test(result.errors)) {
        interrupts++;
        next.before?.();
        child.kill('SIGINT');
      }
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...result, code }));
  });
}
