import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';

const readyLine = z.object({ ready: z.literal(true) });
const measuredLine = z.object({ seconds: z.number().positive() });

/** How a contender is started: a program that speaks the lines described at `Contender`. */
export interface ContenderCommand {
  name: string;
  file: string;
  values: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** A contender that is silent for longer than this, while it is waited for, is killed; 10 minutes by default. */
  silentMs?: number;
  /** Measured in no more than the first so many rounds: for a peer far behind, whose figure needs no interval. */
  rounds?: number;
  /** Where it is killed, as by a system that runs out of memory, it has no figures, and the others are measured on. */
  mayBeKilled?: boolean;
  /** Started anew after so many rounds, where a program is fast or slow for the whole of a process. */
  restartAfterRounds?: number;
}

/** A contender ended while it was waited for. */
export class ContenderEnded extends Error {
  override readonly name = 'ContenderEnded';
  readonly signal: NodeJS.Signals | null;

  constructor(message: string, signal: NodeJS.Signals | null) {
    super(message);
    this.signal = signal;
  }
}

const defaultSilentMs = 600_000;
const endsWithinMs = 10_000;

/**
 * A program that does the work of a benchmark when it is asked to, so that several can be measured in turns. It prints
 * `{"ready":true}` when it is set up and warm; then, for each line with a number of steps that it gets, it does as many
 * and prints `{"seconds":…}`. It ends with its input. Anything else that it prints to standard output is passed over.
 */
export class Contender {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ended: Promise<never>;
  readonly #silentMs: number;
  #said = '';

  private constructor(command: ContenderCommand) {
    this.name = command.name;
    this.#silentMs = command.silentMs ?? defaultSilentMs;
    this.#child = spawn(command.file, command.values, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...command.env },
    });
    if (!this.#child.stdout) throw new Error(`${command.name}: has no output to read.`);
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#child.stderr?.on('data', (text: Buffer) => (this.#said = (this.#said + String(text)).slice(-2000)));
    this.#ended = new Promise<never>((_, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) =>
        reject(new ContenderEnded(`${command.name} ended with ${code ?? signal}: ${this.#said.trim()}`, signal)),
      );
    });
    // Writing to one that has ended: what it said is thrown where it is waited for.
    this.#child.stdin?.on('error', () => undefined);
    // Someone may not be waiting when it ends, which is no fault then.
    this.#ended.catch(() => undefined);
  }

  /** Starts a contender and waits until it is warm. Throws, with what it said, when it ends before. */
  static async start(command: ContenderCommand): Promise<Contender> {
    const contender = new Contender(command);
    await contender.#next(readyLine);
    return contender;
  }

  /** Seconds that it takes for so many steps. */
  async measure(steps: number): Promise<number> {
    return (await this.ask(String(steps), measuredLine)).seconds;
  }

  /** Writes a line and gives the next line that the schema takes. Throws, with what it said, when it ends, or is killed, before. */
  async ask<T>(line: string, schema: z.ZodType<T>): Promise<T> {
    const answer = this.#next(schema);
    this.#child.stdin?.write(`${line}\n`);
    return await answer;
  }

  /** Ends the program, with force where its input's end does not, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), endsWithinMs);
    await this.#ended.catch(() => undefined);
    clearTimeout(force);
  }

  async #next<T>(schema: z.ZodType<T>): Promise<T> {
    let stopListening = (): void => undefined;
    const line = new Promise<T>((resolve) => {
      const listen = (text: string): void => {
        const value = parseLine(text);
        const parsed = schema.safeParse(value);
        if (parsed.success) resolve(parsed.data);
      };
      this.#lines.on('line', listen);
      stopListening = () => this.#lines.off('line', listen);
    });
    const silent = setTimeout(() => {
      this.#said += `\nkilled: it has not answered for ${this.#silentMs / 1000} s`;
      this.#child.kill('SIGKILL');
    }, this.#silentMs);
    try {
      return await Promise.race([line, this.#ended]);
    } finally {
      clearTimeout(silent);
      stopListening();
    }
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
