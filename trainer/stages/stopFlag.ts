import type { RunEventOf } from '../protocol/events.ts';

/** Who asked for the end: a stop request in the run folder, or a signal. */
export type StopReason = Exclude<RunEventOf<'state'>['signal'], null>;

/** The later, the firmer. */
const reasons: readonly StopReason[] = ['stop', 'SIGINT', 'SIGTERM', 'SIGKILL'];

/**
 * The word between the two threads of a trainer child that must be heard while the other one is deep in a step: shared
 * memory, not a message.
 */
export class StopFlag {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(buffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  /** A firmer reason takes the place of a softer one: a run that was asked to stop and then got a signal says the signal. */
  set(reason: StopReason): void {
    const wanted = reasons.indexOf(reason) + 1;
    for (let before = Atomics.load(this.#cells, 0); before < wanted;) {
      const found = Atomics.compareExchange(this.#cells, 0, before, wanted);
      if (found === before) return;
      before = found;
    }
  }

  /** Why to stop, or null to go on. */
  get reason(): StopReason | null {
    return reasons[Atomics.load(this.#cells, 0) - 1] ?? null;
  }
}
