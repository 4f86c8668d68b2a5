import * as z from 'zod';
import { versions } from '../../trainer/protocol/versions.ts';
import { toViewSchema, type Boundary, type ChangeOf, type SnapshotOf, type ToHost } from './boundary.ts';

/** A host that has not answered by then is asked no longer; the longest work behind a request is a predictor's start. */
const defaultTimeoutMs = 60_000;

interface ViewSide<B extends Boundary> {
  post: (message: unknown) => void;
  onSnapshot: (state: SnapshotOf<B>) => void;
  onChange: (change: ChangeOf<B>) => void;
  /** Told of what could not be read or understood; the view keeps what it shows and says that it is stale. */
  onTrouble: (message: string) => void;
}

interface Pending {
  take: (raw: unknown) => void;
  fail: (error: Error) => void;
}

/** The view's end of a boundary, over any transport. */
export class ViewChannel<B extends Boundary> {
  readonly #boundary: B;
  readonly #side: ViewSide<B>;
  readonly #pending = new Map<number, Pending>();
  #requests = 0;
  /** Number of the newest message that was applied; null until the first snapshot, and while a new one is awaited. */
  #number: number | null = null;

  constructor(boundary: B, side: ViewSide<B>) {
    this.#boundary = boundary;
    this.#side = side;
  }

  /** Says that the view listens, at first or once more after trouble; the host answers with a snapshot. */
  ready(): void {
    this.#post({ kind: 'ready' });
  }

  /** Takes one message of the host. Never throws. */
  receive(raw: unknown): void {
    const parsed = toViewSchema.safeParse(raw);
    if (!parsed.success) {
      this.#side.onTrouble(
        'A message of the extension could not be read. Reload the window if the panel stands still.',
      );
      return;
    }
    const message = parsed.data;
    switch (message.kind) {
      case 'snapshot': {
        const state = this.#boundary.snapshot.safeParse(message.state);
        if (!state.success) {
          this.#side.onTrouble(`The panel's content could not be read: ${z.prettifyError(state.error)}`);
          return;
        }
        this.#number = message.number;
        this.#side.onSnapshot(state.data as SnapshotOf<B>);
        return;
      }
      case 'change': {
        if (this.#number === null) return;
        const change = this.#boundary.change.safeParse(message.change);
        if (message.number !== this.#number + 1 || !change.success) {
          const after = this.#number;
          this.#number = null;
          this.#post({ kind: 'resync', after });
          return;
        }
        this.#number = message.number;
        this.#side.onChange(change.data as ChangeOf<B>);
        return;
      }
      case 'reply':
        this.#pending.get(message.id)?.take(message.result);
        return;
      case 'failure':
        this.#pending.get(message.id)?.fail(new Error(message.message));
        return;
      case 'trouble':
        this.#side.onTrouble(message.message);
        return;
    }
  }

  /** Asks the host. Rejects with a sentence for the user: its failure, a wrong answer, a timeout, or `close`. */
  request<M extends keyof B['requests'] & string>(
    method: M,
    params: z.input<B['requests'][M]['params']>,
    timeoutMs?: number,
  ): Promise<z.output<B['requests'][M]['result']>>;
  request(method: string, params: unknown, timeoutMs = defaultTimeoutMs): Promise<unknown> {
    const result = this.#boundary.requests[method]?.result;
    if (!result) return Promise.reject(new Error(`There is no request "${method}".`));
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#pending.delete(id);
      };
      const pending: Pending = {
        take: (raw) => {
          settle();
          const parsed = result.safeParse(raw);
          if (parsed.success) resolve(parsed.data);
          else reject(new Error(`The extension's answer could not be read: ${z.prettifyError(parsed.error)}`));
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      };
      const timer = setTimeout(
        () => pending.fail(new Error(`The extension did not answer within ${timeoutMs / 1000} s.`)),
        timeoutMs,
      );
      this.#pending.set(id, pending);
      this.#post({ kind: 'request', id, method, params });
    });
  }

  /** Rejects what is still asked. */
  close(): void {
    for (const pending of [...this.#pending.values()]) pending.fail(new Error('The panel was closed.'));
  }

  #post(message: DistributiveOmit<ToHost, 'version'>): void {
    this.#side.post({ version: versions.messages, ...message });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
