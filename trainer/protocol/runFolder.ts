import * as z from 'zod';
import { effectiveConfigSchema } from './config.ts';
import { runIdPattern } from './runPaths.ts';
import { versions } from './versions.ts';

export const runIdSchema = z.string().regex(runIdPattern);
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
