import * as z from 'zod';
import { augmentationOptionsSchema, fitSchema } from './config.ts';
import { runIdSchema } from './runFolder.ts';

/**
 * Requests to the predictor child, over vscode-jsonrpc on its stdin and stdout. One table: the name of each method, what
 * it takes and what it gives. Both sides parse what arrives. An error answer's message is a sentence for the user.
 */

const probability = z.object({ className: z.string(), probability: z.number() });

/** What one run's model says of one image. */
export const predictionSchema = z.object({
  runId: runIdSchema,
  size: z.number().int(),
  /** From the most to the least likely. */
  top: z.array(probability),
});
export type Prediction = z.infer<typeof predictionSchema>;

const predictImageResult = z.object({
  /** Absolute path, as it was asked for. */
  file: z.string(),
  contentHash: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  prediction: predictionSchema,
  /** What the run's ancestors say, smallest size first. */
  earlier: z.array(predictionSchema),
  /** The class that the folder or the label file gives, where the image is of the data set. */
  trueClass: z.string().nullable(),
  /** A WebP data URI of at most the asked bytes, or null where it was not asked for. */
  thumbnail: z.string().nullable(),
});
export type PredictImageResult = z.infer<typeof predictImageResult>;

export const predictorMethods = {
  /** Asked first: which workspace this child serves, and with how many megabytes of memory in all it ends itself. */
  open: {
    params: z.object({
      workspace: z.string(),
      hostPid: z.number().int(),
      memoryLimitMegabytes: z.number().positive().optional(),
    }),
    result: z.object({ engine: z.enum(['native', 'wasm']), upsize: z.string() }),
  },
  predictImage: {
    params: z.object({
      runId: runIdSchema,
      file: z.string(),
      top: z.number().int().min(1).max(1000).default(3),
      /** Whether the earlier stages of the ladder are asked too. */
      earlier: z.boolean().default(true),
      thumbnailPixels: z.number().int().min(0).max(1024).default(256),
      thumbnailBytes: z.number().int().min(0).max(200_000).default(60_000),
    }),
    result: predictImageResult,
  },
  /** An image exactly as the network of a run sees it: `size` × `size` pixels, for the resolution lens. */
  networkInput: {
    params: z.object({ runId: runIdSchema, file: z.string() }),
    /** A PNG data URI: no pixel is another. */
    result: z.object({ dataUri: z.string(), size: z.number().int() }),
  },
  /** What in an image speaks for a class (Grad-CAM); for the predicted class where none is named. */
  explainImage: {
    params: z.object({ runId: runIdSchema, file: z.string(), className: z.string().nullable().default(null) }),
    result: z.object({
      /** The image as the network sees it, as a PNG data URI. */
      dataUri: z.string(),
      size: z.number().int(),
      className: z.string(),
      /** How much each place of the last feature map spoke for the class, 0 to 1, row by row. */
      heat: z.object({ width: z.number().int(), height: z.number().int(), values: z.array(z.number()) }),
    }),
  },
  /** What training makes of an image: as it comes to the network in some epochs, augmented by training's own draws. */
  augmentImage: {
    params: z.object({
      file: z.string(),
      size: z.number().int().min(8).max(1024),
      fit: fitSchema,
      augmentation: augmentationOptionsSchema,
      seed: z.number().int(),
      /** Stands for the image in the draws. */
      imageId: z.number().int().min(0),
      fromEpoch: z.number().int().min(0),
      count: z.number().int().min(1).max(64),
    }),
    /** PNG data URIs, `size` × `size`. */
    result: z.object({ images: z.array(z.string()), size: z.number().int() }),
  },
  /**
   * All images of a data set's newest scan, those first that a run's model finds most alike to one of them. The first time takes
   * as long as predicting them all; it says how far it is.
   */
  nearestImages: {
    params: z.object({
      runId: runIdSchema,
      /** As the scan names it: absolute path of the data set's folder or CSV file. */
      source: z.string(),
      /** Relative to the data set's root, with `/`. */
      file: z.string(),
      /** Comes back with each `progressNotification`. */
      progressToken: z.number().int().optional(),
    }),
    result: z.object({
      /** When that scan was made, in milliseconds since 1970. */
      scanned: z.number(),
      /** Indexes of the scan's images, nearest first: Int32, little-endian, as base64. */
      order: z.string(),
    }),
  },
  /** The first pixels of an image alone, for a hover without a model. */
  thumbnail: {
    params: z.object({
      file: z.string(),
      pixels: z.number().int().min(8).max(2048),
      bytes: z.number().int().min(1000).max(4_000_000),
    }),
    result: z.object({ dataUri: z.string(), width: z.number().int(), height: z.number().int() }),
  },
} as const;

/** What the child says of a request under way that gave a `progressToken`. */
export const progressNotification = 'progress';
export const progressSchema = z.object({
  token: z.number().int(),
  done: z.number().int().min(0),
  total: z.number().int().min(0),
});

/** A request to augment an image. */
export type AugmentImageRequest = z.output<(typeof predictorMethods)['augmentImage']['params']>;

/** A request for the images that are nearest to one. */
export type NearestImagesRequest = z.output<(typeof predictorMethods)['nearestImages']['params']>;

/** A request to explain an image, its defaults filled in. */
export type ExplainImageRequest = z.output<(typeof predictorMethods)['explainImage']['params']>;

/** A request to predict an image, its defaults filled in. */
export type PredictImageRequest = z.output<(typeof predictorMethods)['predictImage']['params']>;

export type PredictorMethod = keyof typeof predictorMethods;
export type PredictorParams<M extends PredictorMethod> = z.input<(typeof predictorMethods)[M]['params']>;
export type PredictorResult<M extends PredictorMethod> = z.output<(typeof predictorMethods)[M]['result']>;
