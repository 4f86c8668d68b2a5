import * as z from 'zod';
import { layerDescriptionSchema } from './events.ts';
import { runIdSchema } from './runFolder.ts';

const count = z.number().int().min(0);

/** What is asked of both outcomes: from which run to which size. Sizes are sides of images in pixels. */
const graftSizes = { parentId: runIdSchema, parentSize: count, size: count };

/** The graft fits. What the model of the stage would be and cost, known before anything starts. */
const fittingGraftSchema = z.object({
  outcome: z.literal('fits'),
  ...graftSizes,
  classes: count,
  layers: z.array(layerDescriptionSchema),
  trainableParameters: count,
  totalParameters: count,
  batchSize: count,
  /** Estimated bytes of one training step, and what this machine could give to a process now. */
  memoryBytes: count,
  availableMemoryBytes: count,
  /**
   * Largest difference between the model's first probabilities and its parent's, on the same made-up images; null where new
   * layers begin without the parent's answers.
   */
  answersDifference: z.number().min(0).nullable(),
  engine: z.enum(['native', 'wasm']),
});
export type FittingGraft = z.infer<typeof fittingGraftSchema>;

/** The graft cannot be made; `sizes` can be joined in the same way. */
const refusedGraftSchema = z.object({
  outcome: z.literal('cannotJoin'),
  ...graftSizes,
  message: z.string(),
  sizes: z.array(count),
});

/** What `upsize train --graft-check --json` says of a stage that can be planned. */
export const graftAnswerSchema = z.discriminatedUnion('outcome', [fittingGraftSchema, refusedGraftSchema]);
export type GraftAnswer = z.infer<typeof graftAnswerSchema>;
