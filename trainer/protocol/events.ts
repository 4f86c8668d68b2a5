import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { runStates } from './runState.ts';
import { versions } from './versions.ts';

const metric = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).transform(Number);
const count = z.number().int().min(0);
const runState = z.enum(runStates);

/** Which engine executed an attempt, and on what. */
export const engineDescriptionSchema = z.object({
  name: z.enum(['native', 'wasm']),
  mode: z.enum(['eager', 'graph']),
  tfjs: z.string(),
  /** TensorFlow's version; null on WASM. */
  tensorflow: z.string().nullable(),
  threads: z.number().int().min(1),
  /** Threads of libuv's pool, and threads that prepare images; runs of before say nothing. */
  pool: z.number().int().min(1).optional(),
  decoders: z.number().int().min(1).optional(),
  /** Name of the GPU that was seen, if any, and whether it is used. */
  gpu: z.string().nullable(),
  gpuUsed: z.boolean(),
  /** Why not the native engine or the traced graph, as a sentence; null when nothing was given up. */
  fallback: z.string().nullable(),
});
export type EngineDescription = z.infer<typeof engineDescriptionSchema>;

/** One layer of the grafted model, as the graft check shows it. */
export const layerDescriptionSchema = z.object({
  name: z.string(),
  type: z.string(),
  outputShape: z.array(z.number().int().nullable()),
  parameters: count,
  trainable: z.boolean(),
  /** Whether it came from the parent run. */
  fromParent: z.boolean(),
});

const events = {
  attempt: z.object({
    type: z.literal('attempt'),
    /** Of the log's format; absent in format 1. */
    version: z.number().int().min(1).optional(),
    attempt: z.number().int().min(1),
    upsize: z.string(),
    node: z.string(),
    platform: z.string(),
    host: z.string(),
    processor: z.string(),
    pid: z.number().int(),
  }),
  engine: z.object({ type: z.literal('engine'), engine: engineDescriptionSchema }),
  prepared: z.object({
    type: z.literal('prepared'),
    classNames: z.array(z.string()),
    fingerprint: z.string(),
    splitHash: z.string(),
    /** SHA-256 over every image's effective label; the labels themselves stand in the evaluation's records. */
    labelsHash: z.string(),
    /** SHA-256 over the images' contents in the order by which random draws know them; absent in runs of earlier versions. */
    orderHash: z.string().optional(),
    train: count,
    validation: count,
    test: count,
    leftOut: count,
    trainPerClass: z.array(count),
    stepsPerEpoch: count,
    batchSize: count,
    /** Images of train and validation whose shorter side is smaller than the stage's size. */
    smallerThanStage: count,
    seconds: z.number(),
  }),
  model: z.object({
    type: z.literal('model'),
    trainableParameters: count,
    totalParameters: count,
    /** Estimated bytes of one training step: activations, gradients, weights and slots. */
    memoryBytes: count,
    layers: z.array(layerDescriptionSchema),
    /** Accuracy on the validation images before the first step, where the parent's is known to be kept; else null. */
    initialValAccuracy: metric.nullable(),
    /** Of the parent on the very same images and labels; null where they are others. */
    parentValAccuracy: metric.nullable(),
    /** Validation images that a run before this one in its ladder was trained on: the accuracy looks better than it is. */
    validationTrainedOn: count.optional(),
  }),
  state: z.object({
    type: z.literal('state'),
    state: runState,
    /** For people: why, and what to do. */
    message: z.string().nullable(),
    /** How the process was ended, where it did not end by itself. */
    signal: z.enum(['stop', 'SIGINT', 'SIGTERM', 'SIGKILL']).nullable(),
    /** For programs: what made the run fail, where they can do something about it. `diverged`: the loss became no number. */
    code: z.string().optional(),
  }),
  progress: z.object({ type: z.literal('progress'), phase: z.string(), done: count, total: count }),
  /** Steps `from`, `from + 1`, … of the run, one column for each metric. */
  steps: z.object({
    type: z.literal('steps'),
    epoch: count,
    from: count,
    loss: z.array(metric),
    accuracy: z.array(metric),
    inputMs: z.array(metric),
    stepMs: z.array(metric),
  }),
  epoch: z.object({
    type: z.literal('epoch'),
    /** From 0. */
    epoch: count,
    /** Steps of the run at the end of the epoch. */
    step: count,
    loss: metric,
    accuracy: metric,
    valLoss: metric,
    valAccuracy: metric,
    learningRate: z.number(),
    images: count,
    seconds: z.number(),
    imagesPerSecond: z.number(),
    inputSeconds: z.number(),
    stepSeconds: z.number(),
    evaluationSeconds: z.number(),
    rssBytes: count,
    tensors: count,
  }),
  learningRate: z.object({
    type: z.literal('learningRate'),
    epoch: count,
    step: count,
    from: z.number(),
    to: z.number(),
  }),
  checkpoint: z.object({
    type: z.literal('checkpoint'),
    kind: z.enum(['last', 'best']),
    file: z.string(),
    epoch: count,
    step: count,
    weightsSha256: z.string(),
    /** For which training waited; runs of before: which it took to write. */
    seconds: z.number(),
  }),
  resumed: z.object({
    type: z.literal('resumed'),
    /** The step that trains next; step metrics of earlier attempts from here on are void. */
    fromStep: count,
    fromEpoch: count,
    /** Sequence number of the last event that counts besides step metrics. */
    afterSeq: count,
    checkpoint: z.string().nullable(),
  }),
  frozen: z.object({
    type: z.literal('frozen'),
    tensors: count,
    sha256Before: z.string(),
    sha256After: z.string(),
    unchanged: z.boolean(),
    changedTensors: z.array(z.string()),
  }),
  evaluated: z.object({
    type: z.literal('evaluated'),
    split: z.enum(['train', 'validation', 'test']),
    images: count,
    loss: metric,
    accuracy: metric,
    top3Accuracy: metric,
    macroF1: metric,
    /** 95 % Wilson interval of the accuracy. */
    accuracyInterval: z.tuple([z.number(), z.number()]),
    weightsSha256: z.string(),
    /** Where the parent was scored on other images or labels: what both came to on those that they share. */
    sharedWithParent: z.object({ images: count, accuracy: metric, parentAccuracy: metric }).optional(),
  }),
  modelSaved: z.object({ type: z.literal('modelSaved'), weightsSha256: z.string(), bytes: count }),
  log: z.object({ type: z.literal('log'), level: z.enum(['information', 'warning', 'error']), message: z.string() }),
} as const;

/** What a log came to, as `RunSummary` has it: the state of its reducer. */
const summarySchema = z.object({
  state: runState,
  message: z.string().nullable(),
  failure: z.string().nullable().default(null),
  attempt: count,
  upsize: z.string().nullable().default(null),
  engine: engineDescriptionSchema.nullable(),
  prepared: events.prepared.omit({ type: true }).nullable(),
  model: events.model.omit({ type: true, layers: true }).nullable(),
  epochs: z.array(events.epoch.omit({ type: true }).extend({ time: z.number() })),
  step: count,
  lastStep: z.object({ epoch: count, loss: metric, accuracy: metric, imagesPerSecond: metric }).nullable(),
  progress: events.progress.omit({ type: true }).nullable(),
  bestEpoch: count.nullable(),
  bestCheckpoint: z.object({ file: z.string(), weightsSha256: z.string() }).nullable(),
  resumable: z.boolean(),
  frozen: events.frozen.omit({ type: true }).nullable(),
  evaluated: z.partialRecord(events.evaluated.shape.split, events.evaluated.omit({ type: true })),
  weightsSha256: z.string().nullable(),
  testLooks: count,
  warnings: z.array(z.string()),
  seconds: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  lastSeq: count,
  lastTime: z.number().nullable(),
  workingSince: z.number().nullable(),
});

/** The first event of each file of the log but the first: all before it, so that a reader of summaries may begin there. */
const summaryEvent = z.object({
  type: z.literal('summary'),
  version: z.number().int().min(1).optional(),
  summary: summarySchema,
  damagedLines: count,
});

/** Everything that an event log says, one kind an object. */
export const runEventSchema = z.discriminatedUnion('type', [
  events.attempt,
  events.engine,
  events.prepared,
  events.model,
  events.state,
  events.progress,
  events.steps,
  events.epoch,
  events.learningRate,
  events.checkpoint,
  events.resumed,
  events.frozen,
  events.evaluated,
  events.modelSaved,
  events.log,
  summaryEvent,
]);
export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** An event as it stands in the log. */
export type LoggedEvent = RunEvent & {
  /** From 1, without a gap over all attempts and files of a run. */
  seq: number;
  /** Milliseconds since 1970. */
  time: number;
};

const crcField = /,"crc":"([0-9a-f]{8})"\}$/;
const envelopeSchema = z.object({
  seq: z.number().int().min(1),
  time: z.number(),
  type: z.string(),
  version: z.number().int().optional(),
});
const knownTypes: ReadonlySet<string> = new Set([...Object.keys(events), 'summary']);

/** JSON has no NaN and no infinity; metrics have. */
function nonFiniteAsText(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** The line of an event, line feed included: JSON whose last field is the CRC-32 of the bytes before that field. */
export function encodeEvent(event: RunEvent, seq: number, time: number): string {
  const open = JSON.stringify({ seq, time, ...event }, nonFiniteAsText).slice(0, -1);
  return `${open},"crc":"${crc32(open).toString(16).padStart(8, '0')}"}\n`;
}

export type DecodedLine =
  | { kind: 'event'; event: LoggedEvent }
  /** A newer Upsize wrote a kind of event that this one does not know. */
  | { kind: 'unknown'; seq: number }
  /** From here on the log is of a format that only a newer Upsize reads. */
  | { kind: 'newer'; version: number }
  | { kind: 'damaged'; message: string };

/** `,"crc":"01234567"}` */
const checksumBytes = 18;

/** Whether a line's bytes (without its line feed) are those that its writer wrote. */
export function hasRightChecksum(line: Buffer): boolean {
  const found = crcField.exec(line.toString('latin1', Math.max(0, line.length - checksumBytes)));
  if (!found) return false;
  return crc32(line.subarray(0, line.length - checksumBytes)) === Number.parseInt(found[1] ?? '', 16);
}

/** Reads one line of an event log (without its line feed). Never throws: a damaged line costs itself only. */
export function decodeEvent(line: string): DecodedLine {
  const found = crcField.exec(line);
  if (!found) return { kind: 'damaged', message: 'no checksum at the end of the line' };
  const open = line.slice(0, found.index);
  if (crc32(open) !== Number.parseInt(found[1] ?? '', 16)) return { kind: 'damaged', message: 'the checksum is wrong' };
  let json: unknown;
  try {
    json = JSON.parse(`${open}}`);
  } catch {
    return { kind: 'damaged', message: 'not JSON' };
  }
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return { kind: 'damaged', message: z.prettifyError(envelope.error) };
  const { seq, time, type, version = 1 } = envelope.data;
  if (version > versions.events) return { kind: 'newer', version };
  if (!knownTypes.has(type)) return { kind: 'unknown', seq };
  const event = runEventSchema.safeParse(json);
  if (!event.success) return { kind: 'damaged', message: z.prettifyError(event.error) };
  return { kind: 'event', event: { ...event.data, seq, time } };
}
