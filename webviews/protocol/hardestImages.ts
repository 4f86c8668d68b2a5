import * as z from 'zod';
import { defineBoundary, metricSchema } from './boundary.ts';
import { saveRequests } from './save.ts';

/** The images with the greatest loss of one run, and what the network looked at. */
export const hardestImagesBoundary = defineBoundary({
  panel: 'Hardest images',
  snapshot: z.object({
    target: z.object({ folder: z.string(), runId: z.string() }),
    title: z.string(),
    /** Why there are none, as a sentence; null where there are. */
    message: z.string().nullable(),
    /** Where a reader may go on from there: a run that is gone is in the trash. */
    next: z.enum(['dashboard', 'trash']),
    images: z.array(
      z.object({
        file: z.string(),
        trueClass: z.string(),
        predicted: z.string(),
        confidence: z.number(),
        loss: metricSchema,
      }),
    ),
  }),
  /** What changes is sent as a new snapshot. */
  change: z.object({ type: z.literal('stale'), message: z.string() }),
  requests: {
    /** The picture, and where the network looked for a class; null where another class was asked about meanwhile. */
    explain: {
      params: z.object({ file: z.string(), className: z.string() }),
      result: z
        .object({
          dataUri: z.string(),
          size: z.number().int(),
          heat: z.object({ width: z.number().int(), height: z.number().int(), values: z.array(z.number()) }),
        })
        .nullable(),
    },
    openImage: { params: z.object({ file: z.string() }), result: z.null() },
    openNext: { params: z.object({}), result: z.null() },
    openImages: { params: z.object({}), result: z.null() },
    ...saveRequests,
  },
});
export type HardestImagesState = z.output<typeof hardestImagesBoundary.snapshot>;
export type HardImage = HardestImagesState['images'][number];
