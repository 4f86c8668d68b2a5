import path from 'node:path';
import * as z from 'zod';
import { effectiveConfigSchema } from './config.ts';
import { versions } from './versions.ts';

/** Ids are made by Upsize, never from user text: what matches can be joined to a path without a second thought. */
const runIdPattern = /^[a-z0-9-]{1,64}$/;
export const runIdSchema = z.string().regex(runIdPattern);

/** `runIdSchema` for the names of thousands of folders. */
export function isRunId(name: string): boolean {
  return runIdPattern.test(name);
}
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `run.json`: what is known when a run is asked for. Written at once, never changed. */
export const runManifestSchema = z.object({
  version: z.literal(versions.run),
  id: runIdSchema,
  /** The run whose weights this one starts from, or null for the first of a ladder. */
  parentId: runIdSchema.nullable(),
  /** SHA-256 of those weights, so that a run says what it stood on even when its parent is gone. */
  parentWeightsSha256: sha256.nullable(),
  /** Which of the parent's weights: its finished model, or its best checkpoint where it was stopped. */
  parentWeights: z.enum(['model', 'best']).nullable(),
  /** Id of the root run of the ladder. */
  ladderId: runIdSchema,
  config: effectiveConfigSchema,
  /**
   * The folder that paths in the config are relative to: as seen from the workspace folder where it lies inside, so that a
   * workspace can be moved, else absolute. `readRunManifest` makes it absolute.
   */
  baseDirectory: z.string(),
  /** Milliseconds since 1970. */
  created: z.number(),
});
export type RunManifest = z.infer<typeof runManifestSchema>;

/** `owner-<attempt>.json`: which process owns a run. Taken by exclusive creation; the highest attempt counts. */
export const runOwnerSchema = z.object({
  attempt: z.number().int().min(1),
  host: z.string(),
  /** Changes with each boot of the host, so that a process id from before a restart is not mistaken for a living one. */
  bootId: z.string(),
  pid: z.number().int().positive(),
  /** When the process was started, as the system tells it: with the pid it names one process for good. */
  processStart: z.string(),
  nonce: z.string(),
  /** Milliseconds since 1970. */
  time: z.number(),
});
export type RunOwner = z.infer<typeof runOwnerSchema>;

/** `stop.json`: the one file that others than the owner may create. */
export const stopRequestSchema = z.object({
  time: z.number(),
  /** Who asks, for the log: `cli`, `extension`, `signal`. */
  by: z.string(),
  /** The attempt that is meant; a request for an earlier attempt is void. */
  attempt: z.number().int().min(0),
});
export type StopRequest = z.infer<typeof stopRequestSchema>;

/** `heartbeat`: that the main thread of the owner is alive, and what it is doing. */
export const heartbeatSchema = z.object({
  time: z.number(),
  attempt: z.number().int(),
  /** What a stop would wait for now, as a phrase. */
  doing: z.string(),
});

/** What goes beside the tensors into a checkpoint. `callbacks` belongs to the callbacks of training/, by name. */
export const checkpointStateSchema = z.object({
  version: z.literal(versions.checkpoint),
  kind: z.enum(['last', 'best']),
  /** Epochs finished, and steps of the run done. */
  epoch: z.number().int().min(0),
  step: z.number().int().min(0),
  /** Steps done within the unfinished epoch, with the sums that its metrics need. */
  stepInEpoch: z.number().int().min(0),
  epochSums: z.object({
    loss: z.number(),
    correct: z.number(),
    images: z.number(),
    seconds: z.number(),
    inputSeconds: z.number(),
    stepSeconds: z.number(),
  }),
  learningRate: z.number(),
  callbacks: z.record(z.string(), z.unknown()),
  /** Last sequence number written before the checkpoint. */
  seq: z.number().int().min(0),
  weightsSha256: sha256,
});
export type CheckpointState = z.infer<typeof checkpointStateSchema>;

/** `evaluation/<split>.json`: figures and one record an image, in columns. Probabilities lie beside, as Float32. */
export const evaluationSchema = z.object({
  version: z.literal(versions.evaluation),
  split: z.enum(['train', 'validation', 'test']),
  weightsSha256: sha256,
  classNames: z.array(z.string()),
  loss: z.number(),
  accuracy: z.number(),
  accuracyInterval: z.tuple([z.number(), z.number()]),
  top3Accuracy: z.number(),
  macroF1: z.number(),
  perClass: z.array(z.object({ precision: z.number(), recall: z.number(), f1: z.number(), support: z.number().int() })),
  /** Rows true, columns predicted. */
  confusionMatrix: z.array(z.array(z.number().int())),
  images: z.object({
    /** Relative to the data set's root, with `/`. */
    file: z.array(z.string()),
    /** SHA-256 of the file, which joins an image over runs. */
    contentHash: z.array(z.string()),
    trueClass: z.array(z.number().int()),
    predictedClass: z.array(z.number().int()),
    confidence: z.array(z.number()),
    loss: z.array(z.number()),
  }),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** `annotations/<id>.json`: what people say of a run. Last writer wins. */
export const annotationsSchema = z.object({
  version: z.literal(versions.annotations).default(versions.annotations),
  name: z.string().max(200).optional(),
  starred: z.boolean().default(false),
  tags: z.array(z.string().max(100)).max(50).default([]),
  note: z.string().max(20_000).default(''),
});
export type Annotations = z.infer<typeof annotationsSchema>;

/** Paths of the folder `.upsize` in a workspace folder. */
export function workspacePaths(workspace: string) {
  const root = path.join(workspace, '.upsize');
  return {
    root,
    runs: path.join(root, 'runs'),
    annotations: path.join(root, 'annotations'),
    mirrors: path.join(root, 'mirrors'),
    cache: path.join(root, 'cache'),
    trash: path.join(root, 'trash'),
    /** Which child trains now: the highest number whose process lives. */
    slots: path.join(root, 'slots'),
    splits: path.join(root, 'splits'),
    /** Run cards, one HTML file each. */
    cards: path.join(root, 'cards'),
  };
}

/** One file of a run's event log, numbered from 1. */
export function eventsFileOf(folder: string, number: number): string {
  return `${folder}${path.sep}events-${String(number).padStart(4, '0')}.jsonl`;
}

/** Paths of one run folder. */
export function runPaths(folder: string) {
  return {
    folder,
    manifest: path.join(folder, 'run.json'),
    owner: (attempt: number) => path.join(folder, `owner-${attempt}.json`),
    events: (number: number) => eventsFileOf(folder, number),
    /** Step metrics as flat Float32 files, one a metric: derived from the log, for panels that read a range of a million. */
    stepColumns: path.join(folder, 'steps'),
    checkpoints: path.join(folder, 'checkpoints'),
    evaluation: path.join(folder, 'evaluation'),
    evaluationOf: (split: Evaluation['split']) => path.join(folder, 'evaluation', `${split}.json`),
    probabilitiesOf: (split: Evaluation['split']) => path.join(folder, 'evaluation', `${split}.probabilities.f32`),
    model: path.join(folder, 'model'),
    modelJson: path.join(folder, 'model', 'model.json'),
    stop: path.join(folder, 'stop.json'),
    stderr: path.join(folder, 'stderr.log'),
    heartbeat: path.join(folder, 'heartbeat'),
  };
}
export type RunPaths = ReturnType<typeof runPaths>;

/** The folder of a run. Throws on an id that is none, so that no text of a user or a file ever becomes a path. */
export function runFolderOf(workspace: string, id: string): string {
  return path.join(workspacePaths(workspace).runs, runIdSchema.parse(id));
}

/** The workspace folder of a run folder, `<workspace>/.upsize/runs/<id>`. */
export function workspaceOfRun(folder: string): string {
  return path.resolve(folder, '..', '..', '..');
}
