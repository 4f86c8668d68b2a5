import * as z from 'zod';
import { versions } from './versions.ts';

const contentHash = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * `splits/<key>.json`: which images of a data set are for training and which for validation, by the SHA-256 of their files.
 * A file that is renamed or relabelled keeps its side, and one that comes back later finds it again.
 */
export const savedSplitSchema = z.object({
  version: z.literal(versions.split),
  /** The seed that assigned, and goes on assigning new images. */
  seed: z.number().int(),
  validationSplit: z.number(),
  groupBy: z.string().nullable(),
  train: z.array(contentHash),
  validation: z.array(contentHash),
});
export type SavedSplit = z.infer<typeof savedSplitSchema>;
