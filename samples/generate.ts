import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { fruitKinds } from './fruitKinds.ts';
import { paintFiles } from './paintFiles.ts';
import type { PaintedFile } from './paintFiles.ts';
import { countOf, planSample } from './plan.ts';
import type { Flaw, PicturePlan } from './plan.ts';

/** Goes up whenever the same seed and count give other bytes. */
const sampleVersion = 4;
const picturesInJob = 8;

const summarySchema = z.object({
  version: z.number(),
  seed: z.number(),
  count: z.number(),
  /** Pictures in each class folder. */
  classes: z.record(z.string(), z.number()),
  wrongLabels: z.number(),
  nearDuplicates: z.number(),
  placeholders: z.number(),
  grey: z.number(),
  /** Of all picture files together. */
  bytes: z.number(),
  /** Over the paths and contents of all picture files: two samples with the same one are the same. */
  sha256: z.string(),
});

/** What a sample consists of. Also kept in it, as `sample.json`. */
export type SampleSummary = z.infer<typeof summarySchema>;

/** How to make a sample; see {@link generateSample}. */
export interface SampleOptions {
  /** Where `photos/` and its lists go; made if it is missing. */
  readonly directory: string;
  /** Another seed gives other pictures of the same kinds. Default 1. */
  readonly seed?: number;
  /** How many pictures; a smaller sample has the same proportions. At least 36. Default 2,000. */
  readonly count?: number;
  readonly onProgress?: (done: number, count: number) => void;
  /** Stops the work and removes what was made so far. */
  readonly signal?: AbortSignal;
}

/**
 * Makes the sample data set: `photos/<class>/IMG_<number>.<format>` below the directory, and beside `photos/` the lists
 * `wrong-labels.csv`, `near-duplicates.csv`, `placeholders.csv` and the summary `sample.json`. The same seed and count give the same
 * bytes. A sample of the same seed and count that is already there is left as it is; throws if `photos/` holds anything else.
 */
export async function generateSample(options: SampleOptions): Promise<SampleSummary> {
  const { directory, seed = 1, count = 2000, signal } = options;
  signal?.throwIfAborted();
  const plans = planSample(seed, count);
  const photos = path.join(directory, 'photos');
  if (existsSync(photos)) return sameSampleIn(directory, seed, count);

  // Made beside its place and moved there in one step, so that an interrupted sample never looks like a whole one.
  await mkdir(directory, { recursive: true });
  const scratch = await mkdtemp(path.join(directory, '.sample-'));
  try {
    for (const { name } of fruitKinds) await mkdir(path.join(scratch, 'photos', name), { recursive: true });
    const files = await paintAll(scratch, seed, plans, options);
    const summary = summaryOf(seed, plans, files);
    await writeFile(path.join(directory, 'wrong-labels.csv'), listOf(plans, 'wrongLabel'));
    await writeFile(path.join(directory, 'near-duplicates.csv'), listOf(plans, 'nearDuplicate'));
    await writeFile(path.join(directory, 'placeholders.csv'), listOf(plans, 'placeholder'));
    await writeFile(path.join(directory, 'sample.json'), `${JSON.stringify(summary, null, 2)}\n`);
    await rename(path.join(scratch, 'photos'), photos);
    return summary;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function sameSampleIn(directory: string, seed: number, count: number): Promise<SampleSummary> {
  const file = path.join(directory, 'sample.json');
  const there = existsSync(file) ? summarySchema.safeParse(JSON.parse(await readFile(file, 'utf8'))) : undefined;
  const same = there?.data?.version === sampleVersion && there.data.seed === seed && there.data.count === count;
  if (there?.data && same) return there.data;
  throw new Error(
    `${path.join(directory, 'photos')}: there are already pictures here, and not those of this sample (seed ${seed}, ${count} pictures). ` +
      'Move or delete them, or choose another directory.',
  );
}

async function paintAll(
  directory: string,
  seed: number,
  plans: readonly PicturePlan[],
  { onProgress, signal }: SampleOptions,
): Promise<PaintedFile[]> {
  const files: PaintedFile[] = [];
  let next = 0;
  const take = (): { from: number; to: number } | undefined => {
    if (next >= plans.length) return undefined;
    const from = next;
    next = Math.min(plans.length, from + picturesInJob);
    return { from, to: next };
  };
  const done = (painted: readonly PaintedFile[]): void => {
    files.push(...painted);
    onProgress?.(files.length, plans.length);
  };
  const script = workerScript();
  const threads = script ? Math.min(availableParallelism(), 8, Math.ceil(plans.length / 150)) : 0;
  if (!script || threads < 2) {
    for (let job = take(); job; job = take()) {
      signal?.throwIfAborted();
      done(await paintFiles(directory, seed, plans.slice(job.from, job.to)));
    }
  } else {
    const workers = Array.from(
      { length: threads },
      () =>
        new Worker(script, {
          workerData: { directory, seed, count: plans.length },
          resourceLimits: { maxYoungGenerationSizeMb: 32 },
        }),
    );
    try {
      await Promise.all(workers.map((worker) => serve(worker, take, done, signal)));
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  }
  signal?.throwIfAborted();
  return files;
}

/** The painting thread's script, beside this one in the sources and in a bundle; where it is missing, this thread paints. */
function workerScript(): URL | undefined {
  const script = new URL(import.meta.url.endsWith('.ts') ? './paintWorker.ts' : './paintWorker.js', import.meta.url);
  return existsSync(fileURLToPath(script)) ? script : undefined;
}

const paintedSchema = z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() }));

/** Gives one thread jobs until there are none left. */
function serve(
  worker: Worker,
  take: () => { from: number; to: number } | undefined,
  done: (painted: readonly PaintedFile[]) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveNext = (): void => {
      const job = signal?.aborted ? undefined : take();
      if (job) worker.postMessage(job);
      else resolve();
    };
    worker.on('message', (message: unknown) => {
      done(paintedSchema.parse(message));
      giveNext();
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('A thread that paints the sample ended before its work was done.')));
    giveNext();
  });
}

function summaryOf(seed: number, plans: readonly PicturePlan[], files: readonly PaintedFile[]): SampleSummary {
  const count = (flaw: Flaw) => plans.filter((plan) => plan.flaw === flaw).length;
  const hash = createHash('sha256');
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(`${file.sha256} ${file.path}\n`);
  const classes = countOf(plans.map(({ label }) => label));
  return {
    version: sampleVersion,
    seed,
    count: plans.length,
    classes: Object.fromEntries(fruitKinds.map(({ name }) => [name, classes.get(name) ?? 0])),
    wrongLabels: count('wrongLabel'),
    nearDuplicates: count('nearDuplicate'),
    placeholders: count('placeholder'),
    grey: plans.filter(({ grey }) => grey).length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256: hash.digest('hex'),
  };
}

function listOf(plans: readonly PicturePlan[], flaw: Flaw): string {
  const rows = plans.filter((plan) => plan.flaw === flaw).sort((a, b) => (a.path < b.path ? -1 : 1));
  switch (flaw) {
    case 'wrongLabel':
      return ['path,label,true_label', ...rows.map(({ path, label, shows }) => `${path},${label},${shows}`), ''].join(
        '\n',
      );
    case 'nearDuplicate':
      return ['path,duplicate_of', ...rows.map(({ path, copyOf }) => `${path},${copyOf?.path ?? ''}`), ''].join('\n');
    case 'placeholder':
    case 'none':
      return ['path', ...rows.map(({ path }) => path), ''].join('\n');
  }
}
