/** Where batches get their pixels from; `openPixels` gives one. */
export interface PixelReader {
  /** Side of the images in pixels. */
  readonly size: number;
  /**
   * Reads images by index, one after the other, each `size × size × 3` bytes, into shared memory: it is done by another
   * thread, so it goes on while a step blocks this one.
   *
   * @throws when an image is gone or changed since it was prepared.
   */
  read(indices: ArrayLike<number>, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** One batch. Its buffers are used again: they hold until the next batch is asked for. */
export interface PixelBatch {
  count: number;
  /** Index of the batch within the order, from 0. */
  index: number;
  /** `count × size × size × 3` bytes, RGB. */
  pixels: Uint8Array;
  /** True class index of each image, `count` values. */
  labels: Int32Array;
  /** Image index of each image, `count` values. */
  indices: Uint32Array;
}

/** What to read, in which order. */
export interface BatchesOptions {
  pixels: PixelReader;
  /** Image indices. */
  order: Uint32Array;
  batchSize: number;
  /** Class index of each image, by image index. */
  labels: ArrayLike<number>;
  /** First batch to give: a resumed epoch begins in its middle. */
  startBatch?: number;
  signal?: AbortSignal;
}

/** How many batches are read before they are asked for. */
const ahead = 2;

/** Gives the batches of an order, each read two ahead of its use into buffers that are used again. */
export async function* batches(options: BatchesOptions): AsyncGenerator<PixelBatch, void, undefined> {
  const { pixels, order, batchSize, labels, signal } = options;
  const imageBytes = pixels.size * pixels.size * 3;
  const total = Math.ceil(order.length / batchSize);
  const first = options.startBatch ?? 0;
  const slots = Array.from({ length: Math.min(ahead + 1, Math.max(0, total - first)) }, () => ({
    pixels: new Uint8Array(new SharedArrayBuffer(batchSize * imageBytes)),
    labels: new Int32Array(batchSize),
    reading: Promise.resolve(),
  }));
  const startReading = (index: number) => {
    const slot = slots[index % slots.length];
    if (!slot || index >= total) return;
    const indices = order.subarray(index * batchSize, (index + 1) * batchSize);
    for (let i = 0; i < indices.length; i++) slot.labels[i] = labels[indices[i] ?? 0] ?? 0;
    slot.reading = pixels.read(indices, slot.pixels);
    // A failure is thrown where the batch is given; until then it must not count as unhandled.
    slot.reading.catch(() => undefined);
  };
  try {
    for (let index = first; index < Math.min(first + ahead, total); index++) startReading(index);
    for (let index = first; index < total; index++) {
      const slot = slots[index % slots.length];
      if (!slot) return;
      // The slot of two batches ahead is that of the previous batch, whose use is over now.
      startReading(index + ahead);
      signal?.throwIfAborted();
      await slot.reading;
      const indices = order.subarray(index * batchSize, (index + 1) * batchSize);
      const count = indices.length;
      yield {
        count,
        index,
        pixels: slot.pixels.subarray(0, count * imageBytes),
        labels: slot.labels.subarray(0, count),
        indices,
      };
    }
  } finally {
    // Reads still under way write into the buffers and need the files open: whoever closes them waits for this.
    await Promise.allSettled(slots.map((slot) => slot.reading));
  }
}
