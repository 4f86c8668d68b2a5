/** One place on the axis that all charts of a panel point at together. Null when nothing points. */
export class Crosshair {
  #x: number | null = null;
  readonly #listeners = new Set<() => void>();

  get x(): number | null {
    return this.#x;
  }

  set x(x: number | null) {
    if (x === this.#x) return;
    this.#x = x;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back on every move; returns how to end that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
