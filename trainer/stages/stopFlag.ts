import type { RunEventOf } from '../protocol/events.ts';

/** Who asked for the end: a stop request in the run folder, or a signal. */
export type StopReason = Exclude<RunEventOf<'state'>['signal'], null>;

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

  /** The first reason stays. */
  set(reason: StopReason): void {
    Atomics.compareExchange(this.#cells, 0, 0, reasons.indexOf(reason) + 1);
  }

  /** Why to stop, or null to go on. */
  get reason(): StopReason | null {
    return reasons[Atomics.load(this.#cells, 0) - 1] ?? null;
  }
}
