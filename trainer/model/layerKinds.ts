import * as tfl from '@tensorflow/tfjs-layers';
import * as z from 'zod';
import { SeededDropout } from '../engine/seededDropout.ts';

/** Shape of one image's tensor: height, width, channels, or just a length; the batch dimension is left out. */
export type Shape = readonly number[];

/** A weight as it will be allocated: its name within the layer (`kernel`, `bias`, …), its shape, and whether it trains. */
export interface WeightShape {
  name: string;
  shape: number[];
}

/** One layer's class and configuration, read and understood, not yet built: it says what it would cost. */
export interface LayerRecipe {
  className: string;
  /** Throws when the layer cannot take these inputs. */
  outputShape(inputs: readonly Shape[]): Shape;
  weightShapes(inputs: readonly Shape[]): WeightShape[];
  /** Builds the layer. Its weights, which are zeros (ones where the name says so), come to be when it is applied. */
  make(name: string): tfl.layers.Layer;
}

const activation = z.enum(['linear', 'relu', 'relu6', 'elu', 'selu', 'sigmoid', 'tanh', 'softmax', 'swish']);
const side = z.number().int().min(1).max(1024);
const pair = z.union([z.tuple([side, side]), side.transform((value): [number, number] => [value, value])]);
const padding = z.enum(['same', 'valid']);
const channelsLast = z.literal('channels_last').default('channels_last');

/** Pixels along one side after a window of `kernel` pixels has moved over `input` pixels in steps of `stride`. */
function windowed(input: number, kernel: number, stride: number, how: 'same' | 'valid'): number {
  return how === 'same' ? Math.ceil(input / stride) : Math.floor((input - kernel) / stride) + 1;
}

function imageShape(inputs: readonly Shape[]): [number, number, number] {
  const [height, width, channels, ...more] = only(inputs);
  if (height === undefined || width === undefined || channels === undefined || more.length > 0)
    throw new Error(`it takes an image of height × width × channels, not ${describeShape(only(inputs))}`);
  return [height, width, channels];
}

function only(inputs: readonly Shape[]): Shape {
  const [first, ...more] = inputs;
  if (!first || more.length > 0) throw new Error(`it takes one input, not ${inputs.length}`);
  return first;
}

function sized(height: number, width: number, channels: number): Shape {
  if (height < 1 || width < 1) throw new Error('no pixel would be left of the image');
  return [height, width, channels];
}

/** A shape for people: `48 × 48 × 3`. */
export function describeShape(shape: Shape): string {
  return shape.join(' × ');
}

interface Kind {
  read(config: unknown): Omit<LayerRecipe, 'className'>;
}

function kind<S extends z.ZodType>(
  schema: S,
  parts: {
    outputShape(config: z.output<S>, inputs: readonly Shape[]): Shape;
    weightShapes?(config: z.output<S>, inputs: readonly Shape[]): WeightShape[];
    make(config: z.output<S>, name: string): tfl.layers.Layer;
  },
): Kind {
  return {
    read(json) {
      const config = schema.parse(json);
      return {
        outputShape: (inputs) => parts.outputShape(config, inputs),
        weightShapes: (inputs) => parts.weightShapes?.(config, inputs) ?? [],
        make: (name) => parts.make(config, name),
      };
    },
  };
}

/** Configuration of a Conv2D layer in Keras' spelling. */
export const convolutionSchema = z.object({
  filters: z.number().int().min(1).max(4096),
  kernel_size: pair,
  strides: pair.default([1, 1]),
  padding: padding.default('valid'),
  data_format: channelsLast,
  dilation_rate: z.union([z.tuple([z.literal(1), z.literal(1)]), z.literal(1)]).default(1),
  activation: activation.nullish().transform((name) => name ?? 'linear'),
  use_bias: z.boolean().default(true),
});

const poolSchema = z
  .object({
    pool_size: pair.default([2, 2]),
    strides: pair.nullish(),
    padding: padding.default('valid'),
    data_format: channelsLast,
  })
  .transform((pool) => ({ ...pool, strides: pool.strides ?? pool.pool_size }));

const pool = (make: (args: Parameters<typeof tfl.layers.maxPooling2d>[0]) => tfl.layers.Layer): Kind =>
  kind(poolSchema, {
    outputShape({ pool_size, strides, padding: how }, inputs) {
      const [height, width, channels] = imageShape(inputs);
      return sized(
        windowed(height, pool_size[0], strides[0], how),
        windowed(width, pool_size[1], strides[1], how),
        channels,
      );
    },
    make: (config, name) =>
      make({ name, poolSize: config.pool_size, strides: config.strides, padding: config.padding }),
  });

const dropout = kind(z.object({ rate: z.number().min(0).lt(1) }), {
  outputShape: (_, inputs) => only(inputs),
  make: ({ rate }, name) => new SeededDropout({ name, rate }),
});

/**
 * The layers that a model may be made of, by Keras' class names. A model file that names another one is refused: the list
 * is what makes model files from elsewhere safe to open. Configurations are read in Keras' spelling (`pool_size`); what a
 * layer does not need for its shape, weights and values (initializers, regularizers) is left out.
 */
const layerKinds: Readonly<Record<string, Kind>> = {
  Rescaling: kind(z.object({ scale: z.number(), offset: z.number().default(0) }), {
    outputShape: (_, inputs) => only(inputs),
    make: (config, name) => tfl.layers.rescaling({ name, ...config }),
  }),
  Conv2D: kind(convolutionSchema, {
    outputShape({ filters, kernel_size, strides, padding: how }, inputs) {
      const [height, width] = imageShape(inputs);
      return sized(
        windowed(height, kernel_size[0], strides[0], how),
        windowed(width, kernel_size[1], strides[1], how),
        filters,
      );
    },
    weightShapes({ filters, kernel_size, use_bias }, inputs) {
      const kernel = { name: 'kernel', shape: [...kernel_size, imageShape(inputs)[2], filters] };
      return use_bias ? [kernel, { name: 'bias', shape: [filters] }] : [kernel];
    },
    make: (config, name) =>
      tfl.layers.conv2d({
        name,
        filters: config.filters,
        kernelSize: config.kernel_size,
        strides: config.strides,
        padding: config.padding,
        activation: config.activation,
        useBias: config.use_bias,
        kernelInitializer: 'zeros',
      }),
  }),
  Dense: kind(
    z.object({
      units: z.number().int().min(1).max(65_536),
      activation: activation.nullish().transform((name) => name ?? 'linear'),
      use_bias: z.boolean().default(true),
    }),
    {
      outputShape({ units }, inputs) {
        if (only(inputs).length !== 1) throw new Error(`it takes a vector, not ${describeShape(only(inputs))}`);
        return [units];
      },
      weightShapes({ units, use_bias }, inputs) {
        const kernel = { name: 'kernel', shape: [only(inputs)[0] ?? 0, units] };
        return use_bias ? [kernel, { name: 'bias', shape: [units] }] : [kernel];
      },
      make: (config, name) =>
        tfl.layers.dense({
          name,
          units: config.units,
          activation: config.activation,
          useBias: config.use_bias,
          kernelInitializer: 'zeros',
        }),
    },
  ),
  BatchNormalization: kind(
    z.object({
      axis: z
        .union([z.literal(-1), z.literal(3), z.tuple([z.literal(3)]), z.tuple([z.literal(-1)])])
        .default(-1)
        .describe('channels only'),
      momentum: z.number().min(0).max(1).default(0.99),
      epsilon: z.number().positive().default(1e-3),
      center: z.boolean().default(true),
      scale: z.boolean().default(true),
    }),
    {
      outputShape: (_, inputs) => only(inputs),
      weightShapes({ center, scale }, inputs) {
        const shape = [only(inputs).at(-1) ?? 0];
        const names = [scale && 'gamma', center && 'beta', 'moving_mean', 'moving_variance'];
        return names.filter((name) => name !== false).map((name) => ({ name, shape }));
      },
      make: ({ momentum, epsilon, center, scale }, name) =>
        tfl.layers.batchNormalization({ name, axis: -1, momentum, epsilon, center, scale }),
    },
  ),
  Activation: kind(z.object({ activation }), {
    outputShape: (_, inputs) => only(inputs),
    make: (config, name) => tfl.layers.activation({ name, ...config }),
  }),
  MaxPooling2D: pool((args) => tfl.layers.maxPooling2d(args)),
  AveragePooling2D: pool((args) => tfl.layers.averagePooling2d(args)),
  GlobalAveragePooling2D: kind(z.object({ data_format: channelsLast }), {
    outputShape: (_, inputs) => [imageShape(inputs)[2]],
    make: (_, name) => tfl.layers.globalAveragePooling2d({ name, dataFormat: 'channelsLast' }),
  }),
  Flatten: kind(z.object({ data_format: channelsLast }), {
    outputShape: (_, inputs) => [only(inputs).reduce((product, length) => product * length, 1)],
    make: (_, name) => tfl.layers.flatten({ name }),
  }),
  Add: kind(z.object({}), {
    outputShape(_, inputs) {
      const [first, ...others] = inputs;
      const unlike = others.find((other) => describeShape(other) !== describeShape(first ?? []));
      if (!first || others.length === 0) throw new Error('it takes two inputs or more');
      if (unlike) throw new Error(`it cannot add ${describeShape(first)} and ${describeShape(unlike)}`);
      return first;
    },
    make: (_, name) => tfl.layers.add({ name }),
  }),
  Dropout: dropout,
  SeededDropout: dropout,
};

/**
 * Reads one layer's configuration. Throws when its class is not on the list, or when the configuration is none that this
 * class takes.
 */
export function readLayer(name: string, className: string, config: unknown): LayerRecipe {
  const found = Object.hasOwn(layerKinds, className) ? layerKinds[className] : undefined;
  if (!found)
    throw new Error(
      `Layer "${name}" is a ${className}, which Upsize does not open. It opens ${Object.keys(layerKinds).join(', ')}.`,
    );
  try {
    return { className, ...found.read(config) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new Error(`Layer "${name}" (${className}) cannot be read: ${z.prettifyError(error)}`, { cause: error });
  }
}
