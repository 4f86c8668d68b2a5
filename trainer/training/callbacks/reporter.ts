import type { Callback, FitControl, StepReport } from '../callback.ts';

/** Steps are reported together, at most this often, so that reporting costs a fast step nothing. */
const flushEveryMs = 100;

/** Reports step metrics in column blocks: one `steps` event a flush. `now` in milliseconds. */
export class Reporter implements Callback {
  readonly name = 'reporter';
  readonly #now: () => number;
  #waiting: StepReport[] = [];
  #flushed: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#flushed = now();
  }

  onStepEnd(step: StepReport, control: FitControl): void {
    this.#waiting.push(step);
    if (this.#now() - this.#flushed >= flushEveryMs) this.flush(control);
  }

  onTrainEnd(control: FitControl): void {
    this.flush(control);
  }

  /** Reports what waits: before an epoch's event or a checkpoint, so that the log is in the order of things. */
  flush({ emit }: FitControl): void {
    const steps = this.#waiting;
    this.#waiting = [];
    this.#flushed = this.#now();
    const first = steps[0];
    if (!first) return;
    emit({
      type: 'steps',
      epoch: first.epoch,
      from: first.step,
      loss: steps.map(({ loss }) => loss),
      accuracy: steps.map(({ correct, images }) => correct / images),
      inputMs: steps.map(({ inputMs }) => toMicroseconds(inputMs)),
      stepMs: steps.map(({ stepMs }) => toMicroseconds(stepMs)),
    });
  }
}

/** Milliseconds with three digits: the rest is noise that would double the log. */
function toMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
