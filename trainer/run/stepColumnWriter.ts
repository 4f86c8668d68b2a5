import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import type { RunEventOf } from '../protocol/events.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { stepColumnFile, stepMetrics, type StepMetric } from '../protocol/stepColumns.ts';
import { writeFully } from '../protocol/replaceFile.ts';

/**
 * Keeps the step columns of a run beside its log. They are derived: a resumed run writes them anew from the events it
 * reads, so a crash between log and columns costs nothing.
 */
export class StepColumnWriter {
  readonly #descriptors: Record<StepMetric, number>;
  #steps = 0;

  constructor(runFolder: string) {
    mkdirSync(runPaths(runFolder).stepColumns, { recursive: true });
    const open = (metric: StepMetric) => {
      // Appending, so that what is written after a truncation stands at the new end.
      const descriptor = openSync(stepColumnFile(runFolder, metric), 'a');
      ftruncateSync(descriptor, 0);
      return descriptor;
    };
    this.#descriptors = {
      loss: open('loss'),
      accuracy: open('accuracy'),
      inputMs: open('inputMs'),
      stepMs: open('stepMs'),
    };
  }

  /** Adds the steps of one event. Steps that come again after a resume replace what stood there from then on. */
  add(event: RunEventOf<'steps'>): void {
    for (const metric of stepMetrics) {
      if (event.from < this.#steps) this.#truncate(metric, event.from);
      const missing = Math.max(0, event.from - this.#steps);
      const values = new Float32Array(missing + event[metric].length).fill(Number.NaN, 0, missing);
      values.set(event[metric], missing);
      writeFully(this.#descriptors[metric], new Uint8Array(values.buffer));
    }
    this.#steps = event.from + event.loss.length;
  }

  /** Drops the steps from `step` on, which a resume trains anew. */
  truncate(step: number): void {
    if (step >= this.#steps) return;
    for (const metric of stepMetrics) this.#truncate(metric, step);
    this.#steps = step;
  }

  close(): void {
    for (const descriptor of Object.values(this.#descriptors)) closeSync(descriptor);
  }

  #truncate(metric: StepMetric, step: number): void {
    ftruncateSync(this.#descriptors[metric], step * 4);
  }
}
