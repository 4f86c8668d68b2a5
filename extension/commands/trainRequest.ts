import * as z from 'zod';
import { extendSchema, freezeSchema } from '../../trainer/protocol/config.ts';
import type { StageChanges, TrainRequest } from '../trainer/trainArguments.ts';
import { parseArguments, runArguments } from './commandArguments.ts';

const changesSchema = z.strictObject({
  size: z.number().int().optional(),
  epochs: z.number().int().optional(),
  learningRate: z.number().optional(),
  batchSize: z.number().int().optional(),
  freeze: freezeSchema.optional(),
  extend: extendSchema.optional(),
  seed: z.number().int().optional(),
  engine: z.enum(['auto', 'native', 'wasm']).optional(),
});

/** What callers may say with a command that trains, so that nothing is asked. `stage` is from 1, as people count. */
const requestSchema = z.strictObject({
  ...runArguments,
  stage: z.number().int().min(1).optional(),
  changes: changesSchema.optional(),
});
type Said = z.infer<typeof requestSchema>;

/** What a command that trains was called with: an object, a run's id, or an item of a view. Throws `Declined`. */
export function requestIn(argument: unknown): Said {
  return parseArguments([argument], requestSchema, ['runId']);
}

/** The stage that was said, else the next one. */
export function stageOf({ stage }: Said): TrainRequest['what'] {
  return stage === undefined ? 'next' : { stage: stage - 1 };
}

/** The changes that were said, without those that are undefined. */
export function changesOf({ changes }: Said): { changes?: StageChanges } {
  if (changes === undefined) return {};
  const said = Object.entries(changes).filter(([, value]) => value !== undefined);
  return said.length === 0 ? {} : { changes: Object.fromEntries(said) };
}
