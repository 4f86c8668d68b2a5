type Work = () => Promise<void>;

/**
 * Lets one piece of work use the models at a time, so that memory and processor stay small beside a training. What someone
 * waits for with the pointer on it goes before all work in bulk that has not begun; within each kind, first come first served.
 */
export class Turns {
  readonly #ahead: Work[] = [];
  readonly #bulk: Work[] = [];
  #working = false;

  /** Work for what is looked at now. Settles as the work does. */
  ahead<T>(work: () => Promise<T>): Promise<T> {
    return this.#wait(this.#ahead, work);
  }

  /** One small piece of much work, such as one image of many: what is looked at waits until the piece that has begun is done. */
  bulk<T>(work: () => Promise<T>): Promise<T> {
    return this.#wait(this.#bulk, work);
  }

  #wait<T>(line: Work[], work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      line.push(async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      void this.#workOn();
    });
  }

  async #workOn(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let next = this.#next(); next; next = this.#next()) await next();
    this.#working = false;
  }

  #next(): Work | undefined {
    return this.#ahead.shift() ?? this.#bulk.shift();
  }
}
