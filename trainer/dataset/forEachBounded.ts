/** What is done to many things at once. */
export interface BoundedOptions<T> {
  /** How many at most are under way. */
  concurrency: number;
  /** How much of `capacity` a thing takes while it is under way; one alone may take more. */
  weight?: (item: T) => number;
  capacity?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Does something for each item, a few at once, in order of beginning. The first failure stops further items from
 * beginning, waits for those under way, and is thrown.
 */
export async function forEachBounded<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
  { concurrency, weight = () => 0, capacity = Infinity, signal }: BoundedOptions<T>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let load = 0;
  for (const item of items) {
    const itemWeight = weight(item);
    while (running.size >= concurrency || (running.size > 0 && load + itemWeight > capacity))
      await Promise.race(running);
    if (failures.length > 0 || signal?.aborted) break;
    load += itemWeight;
    const one: Promise<void> = work(item)
      .catch((error: unknown) => {
        failures.push(error);
      })
      .finally(() => {
        load -= itemWeight;
        running.delete(one);
      });
    running.add(one);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  signal?.throwIfAborted();
}
