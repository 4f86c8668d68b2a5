import * as z from 'zod';
import { versions } from './versions.ts';

const positiveInteger = z.number().int().positive();
const rate = z.number().positive().max(10);
const share = z.number().min(0).max(1);

/** How a picture that is not square becomes square. */
export const fitSchema = z
  .enum(['stretch', 'crop', 'pad'])
  .describe(
    'How a picture that is not square becomes square: `stretch` squeezes it, `crop` keeps its middle, `pad` adds a grey border.',
  );
export type Fit = z.infer<typeof fitSchema>;

const datasetObjectSchema = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe('Folder of class folders, or a CSV file (`path,label[,split][,group]`); relative to this file.'),
  fit: fitSchema.default('stretch'),
  validationSplit: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.2)
    .describe('Share of the images kept for validation where the data set does not say it itself.'),
  groupBy: z
    .string()
    .optional()
    .describe(
      'Regular expression whose first capture of the file name is the group of an image; a group never stands on both sides of the split.',
    ),
  labels: z
    .string()
    .default('upsize.labels.csv')
    .describe('Corrections to labels and exclusions, as the gallery writes them; relative to this file.'),
});

const datasetSchema = z
  .union([z.string().min(1), datasetObjectSchema])
  .describe('The images: a folder with one folder for each class, or a CSV file.');

const modelSchema = z
  .strictObject({
    filters: z
      .array(positiveInteger.max(1024))
      .min(1)
      .max(12)
      .default([32, 32, 64, 64])
      .describe('Filters of each 3 × 3 convolution; a 2 × 2 max-pool follows every second one.'),
    head: z
      .enum(['globalAverage', 'flatten'])
      .default('globalAverage')
      .describe('`globalAverage` works at every size; `flatten` (the article) ties the head to the size.'),
    denseUnits: z.number().int().min(0).max(8192).default(256).describe('Units of the dense layer; 0 leaves it out.'),
    dropout: z.number().min(0).lt(1).default(0.1).describe('Share of units dropped before the last layer.'),
    batchNormalization: z.boolean().default(true).describe('Batch normalisation after each convolution.'),
  })
  .describe('The network of the first stage.');

const epsilon = z
  .number()
  .positive()
  .default(1e-7)
  .describe('Added to the divisor of each update, so that it is never zero.');
const momentum = share.default(0).describe('Share of the last update that the next one keeps; 0 keeps none.');

const optimizerSchema = z
  .discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('rmsprop').describe('Divides each update by the running size of its gradient.'),
      rho: share.default(0.9).describe('How slowly the running mean of squared gradients forgets.'),
      momentum,
      epsilon,
    }),
    z.strictObject({
      name: z.literal('adam').describe('RMSprop with a running mean of the gradients too, and no bias at the start.'),
      beta1: share.default(0.9).describe('How slowly the running mean of gradients forgets.'),
      beta2: share.default(0.999).describe('How slowly the running mean of squared gradients forgets.'),
      epsilon,
    }),
    z.strictObject({
      name: z.literal('sgd').describe('Stochastic gradient descent: the learning rate times the gradient.'),
      momentum,
      nesterov: z.boolean().default(false).describe('Nesterov momentum: looks ahead by one update.'),
    }),
  ])
  .describe('The optimizer, by the names and formulas of Keras.');

const monitorSchema = z
  .enum(['val_loss', 'val_accuracy'])
  .default('val_loss')
  .describe('The value of the validation images that is looked at after each epoch.');

const earlyStoppingSchema = z
  .union([
    z.literal(false),
    z.strictObject({
      monitor: monitorSchema,
      patience: positiveInteger.default(3).describe('Epochs without an improvement before training stops.'),
      minDelta: z
        .number()
        .min(0)
        .default(0)
        .describe('By how much the value must be better to count as an improvement.'),
    }),
  ])
  .describe('Stops when the monitored value no longer improves, and restores the best weights.');

const reduceLearningRateSchema = z
  .union([
    z.literal(false),
    z.strictObject({
      monitor: monitorSchema,
      patience: positiveInteger.default(2).describe('Epochs without an improvement before the rate is cut.'),
      factor: z.number().gt(0).lt(1).default(0.5).describe('What the learning rate is multiplied by.'),
      minLearningRate: z.number().min(0).default(1e-6).describe('The rate is never cut below this.'),
    }),
  ])
  .describe('Cuts the learning rate when the monitored value no longer improves.');

/** What augmentation may do to a training image. */
export const augmentationOptionsSchema = z.strictObject({
  rotation: z.number().min(0).max(180).default(40).describe('Degrees to either side.'),
  shift: share.default(0.2).describe('Share of the width and height.'),
  shear: z.number().min(0).max(1).default(0.2).describe('Shear, as a slope.'),
  zoom: z.number().min(0).lt(1).default(0.2).describe('Share by which an image is made larger or smaller.'),
  horizontalFlip: z.boolean().default(true).describe('Whether an image is mirrored, left to right, half of the time.'),
});
export type AugmentationOptions = z.infer<typeof augmentationOptionsSchema>;

const augmentationSchema = z
  .union([z.literal(false), augmentationOptionsSchema])
  .describe('Random changes to each training image; validation images are never changed.');

const trainingFields = {
  epochs: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('Most epochs of a stage; early stopping may end it before.'),
  batchSize: positiveInteger.max(4096).default(32).describe('Images in one training step.'),
  learningRate: rate.default(1e-3).describe('How far each step moves the weights, at the beginning of a stage.'),
  optimizer: optimizerSchema.default({ name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7 }),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      'Share of certainty that is taken from the true class and spread over all; 0 trains on the labels as they are.',
    ),
  precision: z
    .enum(['float32', 'bfloat16'])
    .default('float32')
    .describe(
      'What training computes in: `bfloat16` is faster, on processors that have it; weights and predictions are float32 either way.',
    ),
  classWeight: z
    .enum(['none', 'balanced', 'undersample'])
    .default('none')
    .describe('Against imbalance: weigh rare classes more, or draw fewer images of frequent ones.'),
  earlyStopping: earlyStoppingSchema.default({ monitor: 'val_loss', patience: 3, minDelta: 0 }),
  reduceLearningRate: reduceLearningRateSchema.default({
    monitor: 'val_loss',
    patience: 2,
    factor: 0.5,
    minLearningRate: 1e-6,
  }),
  augmentation: augmentationSchema.default({ rotation: 40, shift: 0.2, shear: 0.2, zoom: 0.2, horizontalFlip: true }),
};
const trainingSchema = z
  .strictObject(trainingFields)
  .describe('How every stage trains, unless a stage says otherwise.');
/** A field without its default, its description kept: what a stage does not say is as `training` says. */
const plain = <T extends z.ZodType>(schema: z.ZodDefault<T>) => {
  const inner = schema.unwrap();
  const description = schema.description ?? inner.description ?? '';
  return inner.optional().describe(`${description} Of this stage only; absent: as \`training\` says.`.trim());
};
const stageOverridesSchema = {
  epochs: plain(trainingFields.epochs),
  batchSize: plain(trainingFields.batchSize),
  learningRate: plain(trainingFields.learningRate),
  optimizer: plain(trainingFields.optimizer),
  labelSmoothing: plain(trainingFields.labelSmoothing),
  precision: plain(trainingFields.precision),
  classWeight: plain(trainingFields.classWeight),
  earlyStopping: plain(trainingFields.earlyStopping),
  reduceLearningRate: plain(trainingFields.reduceLearningRate),
  augmentation: plain(trainingFields.augmentation),
};

/** How a stage's model is made out of its parent's. */
export const extendSchema = z
  .discriminatedUnion('strategy', [
    z.strictObject({
      strategy: z.literal('resize').describe('The same layers go on, on larger images.'),
      trainableFrom: z
        .string()
        .optional()
        .describe(
          'Name of the first layer that trains; those before it are frozen, beside those that `freeze` names. Absent: all train.',
        ),
    }),
    z.strictObject({
      strategy: z.literal('feeder').describe('New layers in front bring a larger image down to what the parent takes.'),
      feeder: z
        .enum(['residual', 'lean', 'article'])
        .default('residual')
        .describe(
          '`residual` begins exactly at the parent’s accuracy, `lean` is strided and cheap, `article` is two 3 × 3 × 64 convolutions and a max-pool.',
        ),
      cut: z
        .enum(['wholeTrunk', 'firstConvolution'])
        .default('wholeTrunk')
        .describe(
          '`wholeTrunk` puts the feeder in front of everything; `firstConvolution` lets it take that layer’s place, as the article does.',
        ),
    }),
  ])
  .describe(
    'How the model grows from its parent: `resize` carries on with the same layers on larger images, `feeder` puts new layers in front.',
  );
export type Extend = z.infer<typeof extendSchema>;

/** Which layers of a stage do not train. */
export const freezeSchema = z
  .union([z.literal('parent'), z.literal('none'), z.array(z.string().min(1)).min(1)])
  .describe(
    'What does not train: `parent` (all that came from the parent run), `none`, or layer names with `*`. Absent: `none`, and `parent` behind the `article` feeder.',
  );
export type Freeze = z.infer<typeof freezeSchema>;

const sizeSchema = z.number().int().min(8).max(1024).describe('Side of the square images, in pixels.');

const stageSchema = z
  .strictObject({
    size: sizeSchema,
    extend: extendSchema.optional(),
    freeze: freezeSchema.optional(),
    ...stageOverridesSchema,
  })
  .describe('One stage: training at one image size.');

/** `upsize.json` as the user writes it. Everything has a default: `{ "dataset": "photos" }` is a whole config. */
export const configSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe('Where editors find the description of this format; Upsize does not read it.'),
    version: z.literal(versions.config).default(versions.config).describe('Version of this format.'),
    name: z.string().max(200).optional().describe('Name of the experiment, as the panels show it.'),
    dataset: datasetSchema,
    seed: z.number().int().min(0).max(0xffffffff).default(1).describe('Decides every random draw.'),
    engine: z
      .enum(['auto', 'native', 'wasm'])
      .default('auto')
      .describe(
        'What computes: `native` is TensorFlow, `wasm` is always there and much slower; `auto` takes native where it is installed.',
      ),
    model: modelSchema.default({
      filters: [32, 32, 64, 64],
      head: 'globalAverage',
      denseUnits: 256,
      dropout: 0.1,
      batchNormalization: true,
    }),
    training: trainingSchema.prefault({}),
    stages: z
      .array(stageSchema)
      .min(1)
      .max(20)
      .default([{ size: 48 }, { size: 96 }, { size: 192 }])
      .describe('The stages, from small to large.'),
    cacheBytes: positiveInteger.default(10_000_000_000).describe('Most bytes of decoded images kept on disk.'),
  })
  .meta({ title: 'Upsize experiment', description: 'What Upsize trains: a data set and the stages of its ladder.' });

export type Config = z.infer<typeof configSchema>;
export type ModelOptions = z.infer<typeof modelSchema>;
export type TrainingOptions = z.infer<typeof trainingSchema>;
export type EarlyStoppingOptions = Exclude<TrainingOptions['earlyStopping'], false>;
export type ReduceLearningRateOptions = Exclude<TrainingOptions['reduceLearningRate'], false>;

/** The data set's options with every default filled in. */
export const effectiveDatasetSchema = datasetObjectSchema;
export type DatasetOptions = z.infer<typeof datasetObjectSchema>;

/** What one run trains, with every default and override resolved: the part of the config that `run.json` keeps. */
export const effectiveStageSchema = z.object({
  size: sizeSchema,
  /** Null for a first stage. */
  extend: extendSchema.nullable(),
  freeze: freezeSchema,
  training: trainingSchema,
});
export type EffectiveStage = z.infer<typeof effectiveStageSchema>;

/** The whole config of one run, resolved. `stageIndex` is the stage's place in the config's `stages`, or null for a one-off. */
export const effectiveConfigSchema = z.object({
  name: z.string().nullable(),
  /** Path of the config file relative to the workspace folder, or null when there was none. */
  configFile: z.string().nullable(),
  dataset: effectiveDatasetSchema,
  seed: z.number().int(),
  engine: z.enum(['auto', 'native', 'wasm']),
  model: modelSchema,
  stageIndex: z.number().int().min(0).nullable(),
  stage: effectiveStageSchema,
  /** Sizes of the later stages, so that an image is decoded once for all of them. */
  laterSizes: z.array(sizeSchema),
  /** Of a control: the run whose ladder it is held against, and how long its training steps may take. */
  control: z.object({ runId: z.string(), computeBudgetSeconds: z.number().min(0) }).optional(),
  cacheBytes: positiveInteger,
});
export type EffectiveConfig = z.infer<typeof effectiveConfigSchema>;
