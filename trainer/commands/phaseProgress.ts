import { countText } from '../protocol/numberFormats.ts';
import { say, type CommandContext } from './commandContext.ts';

const leastMs = 100;
const clearLine = '\r\u001b[2K';

/** Progress of work that goes through phases: one rewritten line in a terminal, one line a phase elsewhere. */
export class PhaseProgress {
  readonly #context: CommandContext;
  readonly #live: boolean;
  #phase: string | null = null;
  #shownAt = 0;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#live = context.errorOutput.isTTY === true && context.environment.TERM !== 'dumb';
  }

  update(phase: string, done: number, total: number, text: (count: number) => string = countText): void {
    const { errorOutput } = this.#context;
    const isNew = phase !== this.#phase;
    this.#phase = phase;
    if (!this.#live) {
      if (isNew) say(errorOutput, `${phase} …`);
      return;
    }
    const now = performance.now();
    if (!isNew && now - this.#shownAt < leastMs && done < total) return;
    this.#shownAt = now;
    const line = total > 0 ? `${phase} ${text(done)} of ${text(total)}` : `${phase} …`;
    errorOutput.write(`${clearLine}${line.slice(0, (errorOutput.columns ?? 80) - 1)}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#live && this.#phase !== null) this.#context.errorOutput.write(clearLine);
    this.#phase = null;
  }
}
