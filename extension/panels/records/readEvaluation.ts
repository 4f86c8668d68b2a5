import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import { evaluationSchema, type Evaluation } from '../../../trainer/protocol/runFolder.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';

interface Kept {
  stamp: string;
  evaluation: Evaluation;
}

/** Validation sets of 100,000 images make 20 MB each; a ladder's stages are looked at together. */
const mostKept = 6;
const kept = new Map<string, Kept>();

/**
 * Reads a run's evaluation, keeping the last few. Null where there is none yet.
 *
 * @throws an Error with a sentence for the user where the file cannot be understood.
 */
export async function readEvaluation(
  runFolder: string,
  split: Evaluation['split'] = 'validation',
): Promise<Evaluation | null> {
  const file = runPaths(runFolder).evaluationOf(split);
  let stamp: string;
  try {
    const { size, mtimeMs } = await stat(file);
    stamp = `${size} ${mtimeMs}`;
  } catch {
    return null;
  }
  const found = kept.get(file);
  if (found?.stamp === stamp) return found.evaluation;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`The evaluation of this run cannot be read (${(error as Error).message}). Evaluate it again.`, {
      cause: error,
    });
  }
  const parsed = evaluationSchema.safeParse(json);
  if (!parsed.success) {
    throw new Error(`The evaluation of this run is not one that this Upsize knows: ${z.prettifyError(parsed.error)}`);
  }
  kept.delete(file);
  kept.set(file, { stamp, evaluation: parsed.data });
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break;
    kept.delete(oldest);
  }
  return parsed.data;
}
