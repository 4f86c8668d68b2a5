import path from 'node:path';
import type * as z from 'zod';
import { childEnvironment } from './childEnvironment.ts';
import { runCommandLine } from './runCommandLine.ts';
import { TrainerError } from './trainerError.ts';
import { chooseNode, nodeCandidates, type ChosenNode } from './trainerNode.ts';

/** What the trainer needs to know of the editor it is called from. */
export interface TrainerSettings {
  /** The trainer's bundle. */
  entry: string;
  /** Of machine scope; empty where not set. */
  nodePath: () => string;
  engine: () => 'auto' | 'native' | 'wasm';
  /** Throws with a sentence for the user where the workspace is not trusted. */
  requireTrust: () => void;
  log: (line: string) => void;
}

export interface TrainerCall {
  /** Subcommand and options, without `--workspace` and `--json`. */
  args: readonly string[];
  /** Absolute path of the workspace folder. */
  workspace: string;
  signal?: AbortSignal;
  /** Null waits as long as it takes; without one a call that hangs is ended after three minutes. */
  timeoutMs?: number | null;
  accept?: readonly number[];
  /** Takes what the trainer says for people meanwhile. */
  onLine?: (line: string) => void;
}

/** Loading an engine from a cold disk may take long. */
const probeTimeoutMs = 60_000;
/** What is asked while somebody waits: plans, starts, checks. */
const answerTimeoutMs = 180_000;

/** Calls the trainer's command line, in a Node that can run it. */
export class Trainer {
  readonly #settings: TrainerSettings;
  readonly #listeners: ((node: ChosenNode) => void)[] = [];
  #chosen: { key: string; node: Promise<ChosenNode> } | undefined;

  constructor(settings: TrainerSettings) {
    this.#settings = settings;
  }

  get entry(): string {
    return this.#settings.entry;
  }

  /** What the children of this extension see of its environment. */
  get environment(): Record<string, string> {
    return childEnvironment(process.env, this.engineEnvironment);
  }

  /** The part of it that says which engine the user wants; empty where any will do. */
  get engineEnvironment(): Record<string, string> {
    const engine = this.#settings.engine();
    return engine === 'auto' ? {} : { UPSIZE_ENGINE: engine };
  }

  /**
   * The engine that a run would train on whose config asks for this one: the setting decides first. Throws a TrainerError where
   * that is the native one and it cannot be had.
   */
  async engineFor(configured: 'auto' | 'native' | 'wasm'): Promise<'native' | 'wasm'> {
    const setting = this.#settings.engine();
    const wanted = setting === 'auto' ? configured : setting;
    if (wanted === 'wasm') return wanted;
    const { engine, whyNotNative } = await this.node();
    if (wanted === 'native' && engine !== 'native') {
      const asked = setting === 'native' ? 'The setting upsize.engine' : 'The config';
      const why = whyNotNative ?? 'it was not tried';
      throw new TrainerError(
        'noNativeEngine',
        `${asked} asks for the native engine, which cannot be used here. ${why}`,
      );
    }
    return engine;
  }

  /** The Node that runs the trainer; found by asking once, and again after a setting or the engine changed. */
  node(): Promise<ChosenNode> {
    const key = `${this.#settings.nodePath()} ${this.#settings.engine()}`;
    if (this.#chosen?.key !== key) {
      const node = this.#chooseNode();
      this.#chosen = { key, node };
      node.catch(() => {
        if (this.#chosen?.node === node) this.#chosen = undefined;
      });
    }
    return this.#chosen.node;
  }

  /** Tells which Node was chosen, whenever one is. */
  onDidChooseNode(listener: (node: ChosenNode) => void): void {
    this.#listeners.push(listener);
  }

  /** The next call asks anew which Node to take: an engine was installed. */
  forgetNode(): void {
    this.#chosen = undefined;
  }

  /** Runs a command and settles with what it printed. Throws a TrainerError, or that the workspace is not trusted. */
  async run(call: TrainerCall): Promise<string> {
    this.#settings.requireTrust();
    const { signal, timeoutMs = answerTimeoutMs } = call;
    const node = await unlessAborted(this.node(), signal);
    this.#settings.log(`upsize ${call.args.join(' ')} (in ${call.workspace}, ${node.file})`);
    return runCommandLine({
      node,
      entry: this.entry,
      args: [...call.args, '--workspace', call.workspace],
      cwd: call.workspace,
      environment: this.environment,
      ...(signal ? { signal } : {}),
      ...(timeoutMs === null ? {} : { timeoutMs }),
      ...(call.accept ? { accept: call.accept } : {}),
      onLine: (line) => {
        this.#settings.log(line);
        call.onLine?.(line);
      },
    });
  }

  /** As `run`, with `--json`, parsed. */
  async ask<T>(schema: z.ZodType<T>, call: TrainerCall): Promise<T> {
    const text = await this.run({ ...call, args: [...call.args, '--json'] });
    const { parseAnswer } = await import('./parseAnswer.ts');
    return parseAnswer(schema, text, call.args[0] ?? '');
  }

  async #chooseNode(): Promise<ChosenNode> {
    const { nodePath, entry, log } = this.#settings;
    const candidates = nodeCandidates({
      setting: nodePath(),
      execPath: process.execPath,
      isElectron: 'electron' in process.versions,
      searchPath: process.env['PATH'] ?? '',
    });
    // Without the native engine a Node still runs all else, its installation too; who trains says what is missing.
    const engine = this.#settings.engine() === 'native' ? { UPSIZE_ENGINE: 'auto' } : {};
    const environment = { ...this.environment, ...engine };
    const node = await chooseNode(candidates, async (candidate) => {
      const args = ['engine', 'probe'];
      const call = { node: candidate, entry, args, cwd: path.dirname(entry), environment };
      const text = await runCommandLine({ ...call, timeoutMs: probeTimeoutMs });
      const { parseProbeReport } = await import('./parseAnswer.ts');
      return parseProbeReport(text);
    });
    const why = node.whyNotNative === null ? '' : ` (${node.whyNotNative})`;
    log(`The trainer runs in ${node.source} (${node.file}), engine ${node.engine}${why}`);
    for (const listener of this.#listeners) listener(node);
    return node;
  }
}

/** What the work comes to, or that it was cancelled meanwhile: the work itself goes on for others. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new TrainerError('cancelled', 'The call of the trainer was cancelled.'));
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
