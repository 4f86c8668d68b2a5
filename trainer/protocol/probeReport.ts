import * as z from 'zod';

/**
 * What `upsize engine probe --json` prints: whether this Node can decode an image and train on one batch, and on which
 * engine. The extension asks each Node that it may run the trainer with.
 */
export const probeReport = z.object({
  version: z.literal(1),
  node: z.string(),
  sharp: z.string(),
  engine: z.enum(['native', 'wasm']),
  tensorflow: z.string().nullable(),
  whyNotNative: z.string().optional(),
  /** Whether the native engine is installed: where it is and is not used, another Node may do better. */
  nativeInstalled: z.boolean(),
  /** Loss of the one step: a finite number. */
  loss: z.number(),
});
export type ProbeReport = z.infer<typeof probeReport>;
