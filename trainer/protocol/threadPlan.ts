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
 * all cores: the pool decodes on all of them with two threads left for reading files, and a decoder thread has nearly as much
 * to do with an image as the pool. Each of these threads may have one. In training only images that the cache has no room for
 * are decoded, one core's worth of eight.
 */
export function threadPlan(cores: number): ThreadPlan {
  const pool = Math.max(4, cores + 2);
  const decoders = Math.min(8, cores);
  return { intraOp: cores, pool, decoders, imagesAtOnce: pool + decoders };
}

/** How many uncached images a training run decodes at once beside its steps. */
export function decodedBesideTraining(cores: number): number {
  return Math.max(1, Math.floor(cores / 8));
}
