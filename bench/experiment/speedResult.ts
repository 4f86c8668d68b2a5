import * as z from 'zod';

/** One run of the experiment: a line of its file. */
export const speedResultSchema = z.object({
  kind: z.enum(['rate', 'run']),
  contender: z.string(),
  budget: z.number(),
  seed: z.number(),
  rate: z.number(),
  /** Of the best epoch, on the validation images; 0 to 1. */
  accuracy: z.number(),
  /** On the test images; null where a rate was tried. */
  testAccuracy: z.number().nullable(),
  cpuSeconds: z.number(),
  epochs: z.array(z.number()),
  /** Validation accuracy over the CPU seconds, phase after phase. */
  curve: z.array(z.tuple([z.number(), z.number()])),
});
export type SpeedResult = z.infer<typeof speedResultSchema>;
