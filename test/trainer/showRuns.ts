import { strict as assert } from 'node:assert';
import * as z from 'zod';
import { runUpsize } from './runUpsize.ts';

const figure = z.number().nullable();
const shownRunSchema = z.object({
  state: z.string(),
  size: z.number(),
  parentId: z.string().nullable(),
  valAccuracy: figure,
  valLoss: figure,
  gain: figure,
  seconds: z.number(),
  imagesPerSecond: figure,
  model: z.object({ memoryBytes: z.number() }),
  config: z.object({ stage: z.object({ training: z.object({ epochs: z.number() }) }) }),
  epochRecords: z.array(
    z.object({
      epoch: z.number(),
      step: z.number(),
      accuracy: z.number(),
      valAccuracy: z.number(),
      loss: z.number(),
      valLoss: z.number(),
      learningRate: z.number(),
      seconds: z.number(),
      inputSeconds: z.number(),
      stepSeconds: z.number(),
      evaluationSeconds: z.number(),
      imagesPerSecond: z.number(),
      rssBytes: z.number(),
    }),
  ),
  classes: z.array(z.object({ name: z.string(), recall: z.number(), f1: z.number(), support: z.number() })),
});
/** What `upsize show --json` says of a run, as far as panels show it too. */
export type ShownRun = z.output<typeof shownRunSchema>;

/** Asks the real command line for each run. */
export async function showRuns(workspace: string, ids: readonly string[]): Promise<ShownRun[]> {
  const shown: ShownRun[] = [];
  for (const id of ids) {
    const { code, output, errors } = await runUpsize(['show', id, '--json'], { cwd: workspace });
    assert.equal(code, 0, errors);
    shown.push(shownRunSchema.parse(JSON.parse(output)));
  }
  return shown;
}
