import * as z from 'zod';

/** What a reader of the dashboard chose. */
export const dashboardViewSchema = z.object({
  axis: z.enum(['epochs', 'steps', 'minutes', 'images']),
  metric: z.enum(['accuracy', 'loss', 'learningRate']),
  smoothing: z.enum(['0', '0.6', '0.9']),
  steps: z.boolean(),
  below: z.enum(['perClass', 'log']),
  /** The run that is shown alone. */
  chosen: z.string().nullable(),
  range: z.object({ from: z.number(), to: z.number() }).nullable(),
});
export type DashboardView = z.output<typeof dashboardViewSchema>;

export const defaultDashboardView: DashboardView = {
  axis: 'epochs',
  metric: 'accuracy',
  smoothing: '0',
  steps: false,
  below: 'perClass',
  chosen: null,
  range: null,
};
