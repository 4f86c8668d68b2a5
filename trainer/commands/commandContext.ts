import type { Readable, Writable } from 'node:stream';

/** What the exit code of `upsize` means. Documented in the help of the command line. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  /** Wrong options, or something wrong in the config. */
  usage: 2,
  /** The run was stopped on request; it can be resumed. */
  stopped: 3,
  /** There is nothing to do, or the user has to choose; the output says between what. */
  choice: 4,
  /** The user left with a second Ctrl-C; the run goes on. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An output stream that may be a terminal. */
export interface Output extends Writable {
  isTTY?: boolean;
  columns?: number;
}

/** What a command sees of its process; only main.ts sees the process itself. */
export interface CommandContext {
  input: Readable;
  output: Output;
  /** For progress, hints and errors, so that `--json` on the other one stays clean. */
  errorOutput: Output;
  currentDirectory: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Calls back at each Ctrl-C instead of ending the process, until the returned function is called. */
  onInterrupt: (listener: () => void) => () => void;
  /** What the process shall end with. */
  exitCode: number;
}

/** A failure that the user can do something about: only its message is shown. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

// C0 and C1 controls but tab and line feed, and the marks that turn the direction of what follows.
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text that moves no cursor and turns no line around, whatever a file was named. */
export function plainText(text: string): string {
  return text.replace(unsafe, '\ufffd');
}

/** Writes a line. */
export function say(output: Output, line = ''): void {
  output.write(`${plainText(line)}\n`);
}

/** Writes a value as JSON, the same in a pipe and in a terminal. */
export function sayJson(output: Output, value: unknown): void {
  output.write(`${JSON.stringify(value, null, 2)}\n`);
}
