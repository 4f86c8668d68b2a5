/** A named tensor outside of any engine: its values, row-major, and its shape. Always float32. */
export interface NamedArray {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** One batch as a step takes it: pixels as they lie in the cache, normalised and augmented only inside the step. */
export interface Batch {
  /** How many images; the last batch of an epoch may be smaller than the others. */
  count: number;
  /** `count × size × size × 3` bytes, RGB, row-major. May be longer than that: only the beginning is read. */
  pixels: Uint8Array;
  /** True class index of each image, length `count` or longer. */
  labels: Int32Array;
  /** Weight of each image in the loss (class weights), length `count` or longer; absent means 1. */
  sampleWeights?: Float32Array;
  /**
   * `count × 8` values of the projective transform of each image, as `tf.image.transform` takes them (from output to
   * input pixels, fill nearest); absent means no augmentation.
   */
  transforms?: Float32Array;
}

/** What one training step says of its batch, measured before the update, as Keras does. */
export interface StepMetrics {
  /** Mean loss of the batch, sample weights and label smoothing included. */
  loss: number;
  /** How many images had their true class on top. */
  correct: number;
}

/** What every training step needs to know beside its batch. */
export interface StepClock {
  learningRate: number;
  /** Steps since the beginning of the run, from 0; with the run's seed it decides every random draw. */
  step: number;
}

/** The optimizers, by Keras' names and formulas. */
export type OptimizerOptions =
  | { name: 'rmsprop'; rho: number; momentum: number; epsilon: number }
  | { name: 'adam'; beta1: number; beta2: number; epsilon: number }
  | { name: 'sgd'; momentum: number; nesterov: boolean };

/** What a training step computes in. Weights, their updates and predictions are float32 either way. */
export type Precision = 'float32' | 'bfloat16';

/** What a step is built from, beside its model. */
export interface TrainStepOptions {
  optimizer: OptimizerOptions;
  /** 0 to 1: share of the target spread evenly over all classes (Keras' `label_smoothing`). */
  labelSmoothing: number;
  /** Seed of the run: with the step number it decides dropout. */
  seed: number;
  /** Absent: float32. `bfloat16`: convolutions, matrix products, and the activations between them; only a graph can do that. */
  precision?: Precision;
  /** Absent: the GPU where the engine uses one, else the processor. Only a graph can be told; its nodes bear it. */
  device?: 'cpu';
}

/**
 * One training step behind one interface, however it is executed: eager tfjs, or a traced TensorFlow graph.
 *
 * The model gets `[batch, size, size, 3]` float32 pixels of 0 to 255 (its first layer normalises them) and gives softmax
 * probabilities `[batch, classes]`. Weights and slots are copied in and out by name, so a checkpoint does not depend on
 * how the step is executed.
 */
export interface TrainStep {
  readonly mode: 'eager' | 'graph';
  /** Trains on one batch. */
  run(batch: Batch, clock: StepClock): StepMetrics | Promise<StepMetrics>;
  /** Class probabilities, `count × classes`, for `count × size × size × 3` bytes of pixels; never augmented, no dropout. */
  predict(pixels: Uint8Array, count: number): Float32Array | Promise<Float32Array>;
  /**
   * What each batch norm that trains is given for these images, each normalised by the batch itself, without dropout: mean
   * and biased variance, `[channels]`, by the names of its moving statistics. Empty when no batch norm trains. Changes
   * nothing.
   */
  batchStatistics(pixels: Uint8Array, count: number): NamedArray[] | Promise<NamedArray[]>;
  /** All weights of the model, frozen ones and moving statistics included, in the model's order. */
  getWeights(): NamedArray[];
  /** Sets weights by name. Throws when a name is unknown or a shape differs. */
  setWeights(weights: readonly NamedArray[]): void;
  /** The optimizer's slots (RMSprop: mean square and momentum; Adam: both moments and the step count; SGD: momentum). */
  getSlots(): NamedArray[];
  setSlots(slots: readonly NamedArray[]): void;
  dispose(): void;
}
