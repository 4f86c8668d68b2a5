import * as z from 'zod';
import { runStates } from '../../trainer/protocol/runState.ts';
import { defineBoundary, metricSchema } from './boundary.ts';
import { saveRequests } from './save.ts';

const runId = z.string();
const share = z.number().nullable();

const epochSchema = z.object({
  epoch: z.number().int(),
  /** Steps of the run at the end of the epoch. */
  step: z.number().int(),
  loss: metricSchema,
  accuracy: metricSchema,
  valLoss: metricSchema,
  valAccuracy: metricSchema,
  learningRate: z.number(),
  images: z.number(),
  seconds: z.number(),
  imagesPerSecond: z.number(),
  inputSeconds: z.number(),
  stepSeconds: z.number(),
  evaluationSeconds: z.number(),
  rssBytes: z.number(),
});
export type EpochPoint = z.output<typeof epochSchema>;

const liveSchema = z.object({
  step: z.number().int(),
  /** The epoch under way, from 0. */
  epoch: z.number().int(),
  loss: metricSchema.nullable(),
  accuracy: metricSchema.nullable(),
  imagesPerSecond: z.number().nullable(),
  progress: z.object({ phase: z.string(), done: z.number(), total: z.number() }).nullable(),
  /** Seconds of work so far, over all attempts. */
  seconds: z.number(),
  /** Estimate for the epochs still planned; null before the first epoch. */
  secondsLeft: z.number().nullable(),
});
export type LiveStatus = z.output<typeof liveSchema>;

/** One run of the ladder, as the dashboard shows it. */
export const dashboardRunSchema = z.object({
  runId,
  parentId: runId.nullable(),
  name: z.string().nullable(),
  size: z.number().int(),
  ladderId: runId,
  /** Its ladder in words: "ladder 3", or the name that a person gave to it. */
  ladder: z.string(),
  /** All sizes of its ladder, planned ones too, ascending: its place among them is its colour in every view. */
  ladderSizes: z.array(z.number().int()),
  /** Its number, from 1, among the runs of its size in its ladder; null where there is no other. */
  twin: z.number().int().nullable(),
  state: z.enum(runStates),
  message: z.string().nullable(),
  /** "first stage", "resize", "feeder residual": how the model came to be. */
  origin: z.string(),
  /** What does not train, as a phrase. */
  freeze: z.string(),
  engine: z.string().nullable(),
  epochsPlanned: z.number().int(),
  stepsPerEpoch: z.number().int().nullable(),
  valAccuracy: share,
  accuracyInterval: z.tuple([z.number(), z.number()]).nullable(),
  gain: share,
  /** Whether the parent was scored on other images or labels; then a gain is of the images that both share. */
  otherImages: z.boolean(),
  /** Points of accuracy gained per minute of work; null without a gain. */
  gainPerMinute: share,
  bestEpoch: z.number().int().nullable(),
  trainableParameters: z.number().nullable(),
  totalParameters: z.number().nullable(),
  /** Estimated bytes of one training step. */
  memoryBytes: z.number().nullable(),
  warnings: z.array(z.string()),
  epochs: z.array(epochSchema),
  live: liveSchema,
});
export type DashboardRun = z.output<typeof dashboardRunSchema>;

/** One run as it is now, or a new one: of its epochs those from `epochsFrom` on, the others are as they were. */
export const runChangeSchema = z.object({
  type: z.literal('run'),
  run: dashboardRunSchema,
  epochsFrom: z.number().int().min(0),
});
export type RunChange = z.output<typeof runChangeSchema>;

const target = z.object({ folder: z.string(), ladderId: runId });

export const stepMetricSchema = z.enum(['loss', 'accuracy', 'inputMs', 'stepMs']);
export type StepMetric = z.output<typeof stepMetricSchema>;

/** Reductions of one step metric: one entry a bucket of steps. */
export const stepSeriesSchema = z.object({
  step: z.array(z.number()),
  min: z.array(metricSchema),
  max: z.array(metricSchema),
  mean: z.array(metricSchema),
  count: z.number().int(),
});
export type StepSeries = z.output<typeof stepSeriesSchema>;

/** Figures of each class of one run. */
const classFiguresSchema = z.object({
  runId,
  classNames: z.array(z.string()),
  recall: z.array(z.number()),
  f1: z.array(z.number()),
  support: z.array(z.number()),
  /** Of the recall against the run before, on the images that both judged; null where there are none. */
  change: z.object({ shared: z.number().int(), recall: z.array(z.number().nullable()) }).nullable(),
});
export type ClassFigures = z.output<typeof classFiguresSchema>;

/** The live dashboard of one ladder. */
export const dashboardBoundary = defineBoundary({
  panel: 'Dashboard',
  snapshot: z.object({
    /** Comes back in the panel's saved state, so that a reload finds the same ladder. */
    target,
    title: z.string(),
    /** Parents before children. Empty when the ladder is gone. */
    runs: z.array(dashboardRunSchema),
    trusted: z.boolean(),
  }),
  change: z.discriminatedUnion('type', [
    runChangeSchema,
    z.object({ type: z.literal('live'), runId, live: liveSchema }),
    z.object({ type: z.literal('gone'), runId }),
    z.object({ type: z.literal('title'), title: z.string() }),
  ]),
  requests: {
    readSteps: {
      params: z.object({
        runId,
        metric: stepMetricSchema,
        from: z.number().int().min(0),
        to: z.number().int().min(0),
        points: z.number().int().min(2).max(10_000),
      }),
      result: stepSeriesSchema,
    },
    perClass: {
      params: z.object({ runIds: z.array(runId).max(100) }),
      /** One entry a run that was evaluated. */
      result: z.array(classFiguresSchema),
    },
    readLog: {
      params: z.object({ runId }),
      result: z.array(
        z.object({ time: z.number(), level: z.enum(['information', 'warning', 'error']), text: z.string() }),
      ),
    },
    stop: { params: z.object({ runId }), result: z.null() },
    openConfusionMatrix: { params: z.object({ runId }), result: z.null() },
    openHardestImages: { params: z.object({ runId }), result: z.null() },
    trainNextStage: { params: z.object({ runId }), result: z.null() },
    restoreRun: { params: z.object({}), result: z.null() },
    ...saveRequests,
  },
});

export type DashboardState = z.output<typeof dashboardBoundary.snapshot>;
export type DashboardChange = z.output<typeof dashboardBoundary.change>;
