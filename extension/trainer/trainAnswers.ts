import * as z from 'zod';
import { effectiveConfigSchema } from '../../trainer/protocol/config.ts';
import { runIdSchema } from '../../trainer/protocol/runFolder.ts';

const refusals = [
  /** The last run did not end by itself: the user decides. */
  z.object({
    outcome: z.literal('choose'),
    runId: runIdSchema,
    message: z.string(),
    choices: z.array(z.enum(['resume', 'continueFromBest', 'growFromBest', 'retrain'])),
    suggestedSize: z.number().int(),
  }),
  z.object({ outcome: z.literal('busy'), runId: runIdSchema, message: z.string() }),
  z.object({ outcome: z.literal('done'), runId: runIdSchema, message: z.string(), suggestedSize: z.number().int() }),
] as const;

/** What `upsize train --dry-run --json` says. */
export const planAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('wouldTrain'),
    stageIndex: z.number().int().nullable(),
    parentId: runIdSchema.nullable(),
    reason: z.string(),
    /** Something that the user did not ask for and should know; null where there is nothing. */
    notice: z.string().nullable(),
    effective: effectiveConfigSchema,
  }),
  ...refusals,
]);
export type PlanAnswer = z.infer<typeof planAnswerSchema>;

const startedAnswer = z.object({ outcome: z.literal('started'), id: runIdSchema });

/** What `upsize train --detach --json` says. */
export const startAnswerSchema = z.discriminatedUnion('outcome', [startedAnswer, ...refusals]);
export type StartAnswer = z.infer<typeof startAnswerSchema>;

/** What `upsize resume --detach --json` says. */
export const resumeAnswerSchema = z.discriminatedUnion('outcome', [
  startedAnswer,
  /** Engine or version are not those that it began with: whether it shall go on all the same is the user's to say. */
  z.object({
    outcome: z.literal('changed'),
    runId: runIdSchema,
    message: z.string(),
    engine: z.enum(['native', 'wasm']),
  }),
]);
export type ResumeAnswer = z.infer<typeof resumeAnswerSchema>;
