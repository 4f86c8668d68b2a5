import * as z from 'zod';
import { defineBoundary } from './boundary.ts';
import { saveRequests } from './save.ts';

const runId = z.string();

/** What one run's evaluation says of the matrix: rows true, columns predicted. */
const evaluatedRunSchema = z.object({
  runId,
  name: z.string().nullable(),
  size: z.number().int(),
  matrix: z.array(z.array(z.number().int())),
  accuracy: z.number(),
  accuracyInterval: z.tuple([z.number(), z.number()]),
  perClass: z.array(z.object({ precision: z.number(), recall: z.number(), f1: z.number(), support: z.number().int() })),
  /** Ten bins of confidence: how many images, their mean confidence, and the share that is right. */
  calibration: z.array(z.object({ count: z.number(), confidence: z.number(), accuracy: z.number() })),
});
export type EvaluatedRun = z.output<typeof evaluatedRunSchema>;

/** Against the parent, on the images that both evaluations hold, and on no others. */
const deltaSchema = z.object({
  /** Side of the parent's images in pixels. */
  parentSize: z.number().int(),
  shared: z.number().int(),
  fixed: z.number().int(),
  broken: z.number().int(),
  accuracyBefore: z.number(),
  accuracyAfter: z.number(),
  /** One a class; null where none of its images is shared. */
  f1Gain: z.array(z.number().nullable()),
  /** Change of each cell. */
  matrix: z.array(z.array(z.number().int())),
});

/** Which images a click means: a cell, a row, a column, or those that changed against the parent. */
export const imageChoiceSchema = z.object({
  trueClass: z.number().int().nullable(),
  predictedClass: z.number().int().nullable(),
  against: z.enum(['any', 'fixed', 'broken']),
});
export type ImageChoice = z.output<typeof imageChoiceSchema>;

/** What a choice means, in words: "fixed since the parent, true apple, predicted pear". */
export function choiceTitle(
  { trueClass, predictedClass, against }: ImageChoice,
  classNames: readonly string[],
): string {
  const parts = [
    against === 'any' ? '' : `${against} since the parent`,
    trueClass === null ? '' : `true ${classNames[trueClass] ?? ''}`,
    predictedClass === null ? '' : `predicted ${classNames[predictedClass] ?? ''}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'all validation images' : parts.join(', ');
}

/** The confusion matrix of one run, on its own validation images. */
export const confusionMatrixBoundary = defineBoundary({
  panel: 'Confusion matrix',
  snapshot: z.object({
    target: z.object({ folder: z.string(), runId }),
    title: z.string(),
    content: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('evaluated'),
        classNames: z.array(z.string()),
        run: evaluatedRunSchema,
        delta: deltaSchema.nullable(),
        /** Why there is no delta, as a sentence; null where there is one or the run is a first stage. */
        withoutDelta: z.string().nullable(),
      }),
      z.object({ kind: z.literal('waiting'), message: z.string() }),
      z.object({ kind: z.literal('gone'), message: z.string() }),
    ]),
  }),
  /** An evaluation comes whole: what changes is sent as a new snapshot. */
  change: z.object({ type: z.literal('stale'), message: z.string() }),
  requests: {
    images: {
      params: imageChoiceSchema,
      result: z.object({
        total: z.number().int(),
        files: z.array(
          z.object({ file: z.string(), trueClass: z.number(), predictedClass: z.number(), confidence: z.number() }),
        ),
      }),
    },
    openImages: { params: imageChoiceSchema, result: z.null() },
    openDashboard: { params: z.object({}), result: z.null() },
    restoreRun: { params: z.object({}), result: z.null() },
    openImage: { params: z.object({ file: z.string() }), result: z.null() },
    ...saveRequests,
  },
});
export type ConfusionMatrixState = z.output<typeof confusionMatrixBoundary.snapshot>;
export type EvaluatedContent = Extract<ConfusionMatrixState['content'], { kind: 'evaluated' }>;
