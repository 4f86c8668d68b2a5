import * as z from 'zod';

/** What can be wrong with an image or a class. */
export const problemKindSchema = z.enum([
  'unreadable',
  'truncated',
  'empty',
  'tooLarge',
  'unsupportedFormat',
  'wrongExtension',
  'outsideDataset',
  'missing',
  'duplicate',
  'duplicateAcrossClasses',
  'nearDuplicate',
  'placeholder',
  'tooSmall',
  'smallClass',
  'badCsvRow',
  'noClass',
  'leak',
]);

/** One problem of the data set; an image that is left out costs only itself. */
export const datasetProblemSchema = z.object({
  kind: problemKindSchema,
  /** Path relative to the data set's root, with `/`; null where it is about a class or the whole. */
  file: z.string().nullable(),
  className: z.string().nullable(),
  /** A sentence for the user: what it is. */
  message: z.string(),
  severity: z.enum(['error', 'warning', 'information']),
  /** Whether the image takes no part in training. */
  leftOut: z.boolean(),
});
export type DatasetProblem = z.infer<typeof datasetProblemSchema>;
