interface NewestReadOptions<Wish, Found> {
  read: (wish: Wish) => Promise<Found>;
  /** Takes what was found; not called after `end`. */
  take: (wish: Wish, found: Found) => void;
  fail: (error: unknown) => void;
  /** Least time from the end of one read to the next. */
  everyMs: number;
}

/**
 * Reads what is wished for now: one read at a time, and after it the newest wish that came meanwhile, however fast they
 * come. What one read found is taken even when a newer wish is known, so that a curve that grows all the time is seen to.
 */
export class NewestRead<Wish, Found> {
  readonly #options: NewestReadOptions<Wish, Found>;
  #wish: { wish: Wish } | null = null;
  #busy = false;
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: NewestReadOptions<Wish, Found>) {
    this.#options = options;
  }

  /** Wishes for something, in place of what was wished for before. */
  want(wish: Wish): void {
    this.#wish = { wish };
    if (!this.#busy) void this.#next();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #next(): Promise<void> {
    const next = this.#wish;
    if (next === null || this.#ended) return;
    this.#wish = null;
    this.#busy = true;
    const { read, take, fail, everyMs } = this.#options;
    try {
      const found = await read(next.wish);
      if (!this.#ended) take(next.wish, found);
    } catch (error) {
      if (!this.#ended) fail(error);
    }
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#busy = false;
      void this.#next();
    }, everyMs);
  }
}
