import * as z from 'zod';
import { defineBoundary, metricSchema } from './boundary.ts';
import { dashboardRunSchema } from './dashboard.ts';
import { saveRequests } from './save.ts';

const runId = z.string();

/** Runs side by side. */
export const compareRunsBoundary = defineBoundary({
  panel: 'Compare runs',
  snapshot: z.object({
    target: z.object({ folder: z.string(), runIds: z.array(runId) }),
    title: z.string(),
    /** In the order of the target; ancestors that were not chosen are not among them. */
    runs: z.array(dashboardRunSchema),
    /** One row a metric, one value a run. */
    metrics: z.array(
      z.object({
        name: z.string(),
        /** Which value is best; null where none is better. */
        better: z.enum(['higher', 'lower']).nullable(),
        format: z.enum(['percent', 'measure', 'count', 'duration', 'rate']),
        values: z.array(metricSchema.nullable()),
      }),
    ),
    /** Settings in which the runs differ, as JSON texts; null where a run has it not. */
    differences: z.array(z.object({ setting: z.string(), values: z.array(z.string().nullable()) })),
    /** Images on which the runs disagree, of those that all of them evaluated. */
    disagreement: z
      .object({
        shared: z.number().int(),
        total: z.number().int(),
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
    /** Against the first run, on shared images: how many cells of the matrix changed most. */
    confusionDeltas: z.array(
      z.object({
        runId,
        fixed: z.number().int(),
        broken: z.number().int(),
        pairs: z.array(z.object({ trueClass: z.string(), predicted: z.string(), change: z.number().int() })),
      }),
    ),
  }),
  change: z.object({ type: z.literal('run'), run: dashboardRunSchema }),
  requests: {
    openConfusionMatrix: { params: z.object({ runId }), result: z.null() },
    openImages: { params: z.object({ title: z.string(), files: z.array(z.string()) }), result: z.null() },
    ...saveRequests,
  },
});
export type CompareRunsState = z.output<typeof compareRunsBoundary.snapshot>;
