import * as z from 'zod';

/** What a user chose to see; comes back after a reload. */
export const compareRunsViewSchema = z.object({
  metric: z.enum(['accuracy', 'loss', 'learningRate']),
  axis: z.enum(['epochs', 'steps', 'minutes', 'images']),
  range: z.object({ from: z.number(), to: z.number() }).nullable(),
  /** Metrics that are not shown. */
  hidden: z.array(z.string()),
  /** Runs that stand first. */
  pinned: z.array(z.string()),
  sort: z.object({ metric: z.string(), down: z.boolean() }).nullable(),
});
export type CompareRunsView = z.output<typeof compareRunsViewSchema>;
export const defaultCompareRunsView: CompareRunsView = {
  metric: 'accuracy',
  axis: 'epochs',
  range: null,
  hidden: [],
  pinned: [],
  sort: null,
};
