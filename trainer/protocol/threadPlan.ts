/** How the threads of a process are divided. */
export interface ThreadPlan {
  /** Threads inside one operation of TensorFlow. */
  intraOp: number;
  /** Threads of libuv's pool, on which files are read and libvips decodes. */
  pool: number;
  /** Threads that hash, halve and judge decoded images. */
  decoders: number;
  /** Images that may be under way at once while nothing trains. */
  imagesAtOnce: number;
}

/**
 * Divides a processor's cores (docs/decisions/0100-threads.md). Preparing images and training come one after the other, so each gets
 * all cores: a decoder thread has about half as much to do as the decoding behind it, and two of the pool's threads are left
 * for reading files. In training only images that the cache has no room for are decoded, one core's worth of eight.
 */
export function threadPlan(cores: number): ThreadPlan {
  const decoders = Math.min(8, Math.ceil(cores / 2));
  return { intraOp: cores, pool: Math.max(4, cores + 2), decoders, imagesAtOnce: cores + decoders };
}

/** How many uncached images a training run decodes at once beside its steps. */
export function decodedBesideTraining(cores: number): number {
  return Math.max(1, Math.floor(cores / 8));
}
