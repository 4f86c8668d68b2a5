import * as z from 'zod';
import type { Callback, StepReport } from '../callback.ts';

const stateSchema = z.object({ seconds: z.number().min(0) });

/** Ends training when its steps have taken as long as they may, in the middle of an epoch too; the epoch is scored as it is then. */
export class ComputeBudget implements Callback {
  readonly name = 'computeBudget';
  readonly #budgetSeconds: number;
  #seconds = 0;

  constructor(budgetSeconds: number) {
    this.#budgetSeconds = budgetSeconds;
  }

  /** Whether no step may follow. */
  get isSpent(): boolean {
    return this.#seconds >= this.#budgetSeconds;
  }

  onStepEnd({ stepMs }: StepReport): void {
    this.#seconds += stepMs / 1000;
  }

  finished(): string | null {
    return this.isSpent ? `The ${this.#budgetSeconds.toFixed(1)} s of training steps that it may take are used.` : null;
  }

  save(): unknown {
    return { seconds: this.#seconds };
  }

  restore(saved: unknown): void {
    ({ seconds: this.#seconds } = stateSchema.parse(saved));
  }
}
