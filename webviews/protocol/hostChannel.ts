import * as z from 'zod';
import { versions } from '../../trainer/protocol/versions.ts';
import { forWire, toHostSchema, type Boundary, type ToView } from './boundary.ts';

/** Answers one kind of request; what comes in is not yet parsed. */
export type Answer = (params: unknown) => Promise<unknown>;

/** Makes an answer out of a function of parsed parameters. */
export function answer<P extends z.ZodType, R extends z.ZodType>(
  spec: { params: P; result: R },
  give: (params: z.output<P>) => Promise<z.input<R>> | z.input<R>,
): Answer {
  return async (params) => give(spec.params.parse(params));
}

export type AnswersOf<B extends Boundary> = { readonly [M in keyof B['requests']]: Answer };

interface HostSide<B extends Boundary> {
  post: (message: unknown) => void;
  snapshot: () => Promise<z.input<B['snapshot']>> | z.input<B['snapshot']>;
  answers: AnswersOf<B>;
  /** Told of messages that were dropped and of answers that failed. */
  log: (message: string) => void;
}

/** The host's end of a boundary, over any transport. */
export class HostChannel<B extends Boundary> {
  readonly #boundary: B;
  readonly #side: HostSide<B>;
  #number = 0;
  /** Changes that came while a snapshot was being made; null when none is. */
  #waiting: z.input<B['change']>[] | null = null;
  #begun = false;
  /** The sending under way; null when there is none. */
  #sending: Promise<void> | null = null;
  /** Whether a snapshot was asked for while one was being made, which may have looked too early. */
  #again = false;

  constructor(boundary: B, side: HostSide<B>) {
    this.#boundary = boundary;
    this.#side = side;
  }

  /** Whether a view has been given its first snapshot; before, changes need not be made. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Sends a change with the next number. Dropped before the first snapshot, which contains it anyway. */
  change(change: z.input<B['change']>): void {
    if (this.#waiting) this.#waiting.push(change);
    else if (this.#begun) this.#post({ kind: 'change', number: ++this.#number, change });
  }

  /**
   * Sends a new snapshot, whatever the view has; one that looks after this call, however many are being made. Never
   * throws: a snapshot that cannot be made goes to the log, and to the view as its trouble.
   */
  sendSnapshot(): Promise<void> {
    this.#again = true;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      this.#waiting = [];
      try {
        const state = await this.#side.snapshot();
        this.#begun = true;
        this.#post({ kind: 'snapshot', number: ++this.#number, state });
      } catch (error) {
        this.#side.log(`${this.#boundary.panel}: ${textOf(error)}`);
        this.#post({ kind: 'trouble', message: textOf(error) });
      }
      const changes = this.#waiting;
      this.#waiting = null;
      for (const change of changes) this.change(change);
    }
  }

  /** Takes one message of the view. Never throws: what is wrong goes to the log, and to the view as a failure. */
  async receive(raw: unknown): Promise<void> {
    const message = toHostSchema.safeParse(raw);
    if (!message.success) {
      this.#side.log(`${this.#boundary.panel}: a message was dropped (${z.prettifyError(message.error)})`);
      return;
    }
    if (message.data.kind !== 'request') {
      await this.sendSnapshot();
      return;
    }
    const { id, method, params } = message.data;
    try {
      const give = Object.hasOwn(this.#side.answers, method) ? this.#side.answers[method] : undefined;
      if (!give) throw new Error(`There is no request "${method}".`);
      this.#post({ kind: 'reply', id, result: await give(params) });
    } catch (error) {
      this.#side.log(`${this.#boundary.panel}, ${method}: ${textOf(error)}`);
      this.#post({ kind: 'failure', id, message: textOf(error) });
    }
  }

  #post(message: DistributiveOmit<ToView, 'version'>): void {
    this.#side.post(forWire({ version: versions.messages, ...message }));
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function textOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
