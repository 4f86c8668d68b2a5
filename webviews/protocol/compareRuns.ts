import * as z from 'zod';
import { defineBoundary, metricSchema } from './boundary.ts';
import { dashboardRunSchema, runChangeSchema } from './dashboard.ts';
import { saveRequests } from './save.ts';

const runId = z.string();

/** One metric, one value a run. */
const metricRowSchema = z.object({
  name: z.string(),
  /** What its numbers are in; null where each says it, or there is nothing to say. */
  unit: z.string().nullable(),
  /** Which value is best; null where none is better. */
  better: z.enum(['higher', 'lower']).nullable(),
  format: z.enum(['percent', 'points', 'measure', 'count', 'duration', 'rate', 'bytes']),
  values: z.array(metricSchema.nullable()),
});

/** Runs side by side. */
export const compareRunsBoundary = defineBoundary({
  panel: 'Compare runs',
  snapshot: z.object({
    target: z.object({ folder: z.string(), runIds: z.array(runId) }),
    title: z.string(),
    /** In the order of the target; ancestors that were not chosen are not among them. */
    runs: z.array(dashboardRunSchema),
    metrics: z.array(metricRowSchema),
    /** Settings in which the runs differ, as texts; null where a run has it not. */
    differences: z.array(z.object({ setting: z.string(), values: z.array(z.string().nullable()) })),
    /** Images on which the runs disagree, of those that all of them evaluated. */
    disagreement: z
      .object({
        shared: z.number().int(),
        total: z.number().int(),
        /** The first of them. */
        images: z.array(
          z.object({
            file: z.string(),
            trueClass: z.string(),
            /** One a run. */
            predicted: z.array(z.string()),
            right: z.array(z.boolean()),
          }),
        ),
      })
      .nullable(),
    /** The run that the others are held against: the first that was evaluated. */
    against: runId.nullable(),
    /** What each other run fixed and broke, on shared images, and the cells of the matrix that changed most. */
    confusionDeltas: z.array(
      z.object({
        runId,
        fixed: z.number().int(),
        broken: z.number().int(),
        pairs: z.array(z.object({ trueClass: z.string(), predicted: z.string(), change: z.number().int() })),
      }),
    ),
  }),
  change: z.discriminatedUnion('type', [
    runChangeSchema,
    z.object({ type: z.literal('metrics'), metrics: z.array(metricRowSchema) }),
  ]),
  requests: {
    openConfusionMatrix: { params: z.object({ runId }), result: z.null() },
    /** All images on which the runs disagree, in the gallery. */
    openDisagreed: { params: z.object({}), result: z.null() },
    restoreRun: { params: z.object({}), result: z.null() },
    ...saveRequests,
  },
});
export type CompareRunsState = z.output<typeof compareRunsBoundary.snapshot>;
export type CompareRunsChange = z.output<typeof compareRunsBoundary.change>;
