import type { ResourceLimits } from 'node:worker_threads';

/**
 * For threads that look at every image of a data set. The part of the heap for new objects grows with the garbage of that, to 134 MB a
 * thread by default, and never shrinks again while the thread trains; looking takes as long with this much of it.
 */
export const lookingMemory: ResourceLimits = { maxYoungGenerationSizeMb: 48 };
