import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import * as z from 'zod';
import type { NamedArray } from '../engine/trainStep.ts';
import { preprocessingSchema } from '../protocol/preprocessing.ts';
import { readWeights, writeWeights } from './modelWeights.ts';
import { buildModel, costsOf, elements, parseTopology, type Topology } from './topology.ts';

/** What Upsize adds to a model file, in `userDefinedMetadata.upsize`: how to get from a picture to an answer with a name. */
export const modelMetadataSchema = z.object({
  version: z.literal(1),
  /** In the order of the model's outputs. */
  classNames: z.array(z.string().max(1000)).min(2).max(65_536),
  ...preprocessingSchema.shape,
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

/** A model as tfjs keeps it on disk: `model.json`, and the weights' bytes (little-endian float32) in `weights.bin`. */
export interface ModelArtifacts {
  modelJson: string;
  weights: Uint8Array;
}

/** Limits for model files from elsewhere, held against before anything is allocated. */
export interface ModelLimits {
  jsonBytes: number;
  weightBytes: number;
  /** What one layer may give for one image: a few weights can make a map that fills the memory. */
  outputBytes: number;
}
export const modelLimits: ModelLimits = {
  jsonBytes: 10_000_000,
  weightBytes: 1_000_000_000,
  outputBytes: 500_000_000,
};

/** Name of the file beside `model.json` that holds the weights. */
export const weightsFileName = 'weights.bin';

/** The model's files. `weights` where others than the model's own are meant (the best ones); all of them, by name. */
export function modelArtifacts(
  model: tfl.LayersModel,
  metadata: ModelMetadata,
  weights: readonly NamedArray[] = readWeights(model),
): ModelArtifacts {
  const byName = new Map(weights.map((weight) => [weight.name, weight]));
  const ordered = model.weights.map(({ originalName, shape }) => {
    const weight = byName.get(originalName);
    if (weight?.shape.join() !== shape.join())
      throw new Error(`Weight "${originalName}" is missing, or of another shape.`);
    return weight;
  });
  const bytes = new Uint8Array(ordered.reduce((sum, { data }) => sum + data.byteLength, 0));
  let offset = 0;
  for (const { data } of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  const json = {
    format: 'layers-model',
    generatedBy: `Upsize (TensorFlow.js ${tf.version_core})`,
    convertedBy: null,
    modelTopology: withPlainDropout(model.toJSON(null, false)),
    weightsManifest: [
      { paths: [weightsFileName], weights: ordered.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) },
    ],
    userDefinedMetadata: { upsize: modelMetadataSchema.parse(metadata) },
  };
  return { modelJson: JSON.stringify(json), weights: bytes };
}

const kerasLayersSchema = z.looseObject({
  config: z.looseObject({ layers: z.array(z.looseObject({ class_name: z.string(), config: z.looseObject({}) })) }),
});

/** Plain Dropout in place of the seeded one: the same layer to everyone else, who has no class of that name. */
function withPlainDropout(topology: unknown): unknown {
  const json = kerasLayersSchema.parse(topology);
  for (const layer of json.config.layers) if (layer.class_name === 'SeededDropout') layer.class_name = 'Dropout';
  return json;
}

const modelJsonSchema = z.object({
  format: z.literal('layers-model').optional(),
  modelTopology: z.unknown(),
  weightsManifest: z.tuple([
    z.object({
      paths: z.tuple([z.literal(weightsFileName)]),
      weights: z
        .array(
          z.object({
            name: z.string().max(300),
            shape: z.array(z.number().int().min(1).max(0x7fffffff)).max(6),
            dtype: z.literal('float32'),
          }),
        )
        .max(20_000),
    }),
  ]),
  userDefinedMetadata: z.object({ upsize: modelMetadataSchema }),
});

/** A model out of its files. The caller disposes `model`. */
export interface OpenedModel {
  model: tfl.LayersModel;
  metadata: ModelMetadata;
}

/**
 * Makes a model out of files that anyone may have written. Only layers of the allow-list (`layerKinds.ts`) are built, no
 * code of the file is run, and the size that the topology, the manifest and the bytes speak of must be one and the same
 * and within the limits before anything is allocated. Throws, saying what is wrong, else.
 */
export function openModel({ modelJson, weights }: ModelArtifacts, limits: ModelLimits = modelLimits): OpenedModel {
  const { modelTopology, weightsManifest, userDefinedMetadata } = parseModelJson(modelJson, limits);
  const metadata = userDefinedMetadata.upsize;
  const topology = parseTopology(modelTopology);
  const costs = costsOf(topology);
  const expected = new Map<string, string>();
  let parameters = 0;
  for (const [layer, cost] of costs) {
    parameters += cost.parameters;
    const outputBytes = 4 * elements(cost.outputShape);
    if (outputBytes > limits.outputBytes)
      throw new Error(
        `Layer "${layer}" would give ${outputBytes} bytes for one image; ${limits.outputBytes} are the most that Upsize opens.`,
      );
    for (const { name, shape } of cost.weights) expected.set(name, shape.join());
  }
  if (4 * parameters > limits.weightBytes)
    throw new Error(
      `The model would need ${4 * parameters} bytes of weights; ${limits.weightBytes} are the most that Upsize opens.`,
    );
  const specs = weightsManifest[0].weights;
  const wrong = specs.find(({ name, shape }) => expected.get(name) !== shape.join());
  if (wrong)
    throw new Error(`model.json lists a weight "${wrong.name}" [${wrong.shape.join()}] that its layers do not have.`);
  if (new Set(specs.map(({ name }) => name)).size !== specs.length || specs.length !== expected.size)
    throw new Error(`model.json lists ${specs.length} weights and its layers have ${expected.size}.`);
  if (weights.byteLength !== 4 * parameters)
    throw new Error(
      `${weightsFileName} has ${weights.byteLength} bytes and the model needs ${4 * parameters}; it may have been cut off.`,
    );
  const classes = costs.get(topology.output)?.outputShape.join();
  if (
    classes !== String(metadata.classNames.length) ||
    topology.inputShape.join() !== `${metadata.size},${metadata.size},3`
  )
    throw new Error(
      `The model takes ${topology.inputShape.join(' × ')} and gives ${classes}; its metadata says ${metadata.size} pixels and ${metadata.classNames.length} classes.`,
    );

  // A copy, because float32 values must lie at a multiple of four bytes; not by `slice`, which shares the memory of a Buffer.
  const values = new Float32Array(new Uint8Array(weights).buffer);
  let offset = 0;
  const arrays = specs.map(({ name, shape }) => {
    const size = elements(shape);
    offset += size;
    return { name, shape, data: values.subarray(offset - size, offset) };
  });
  const model = buildModel(topology);
  writeWeights(model, arrays);
  return { model, metadata };
}

/** The layers of a model file, without its weights and without a tensor. Throws, saying what is wrong with it. */
export function topologyIn(modelJson: string): Topology {
  return parseTopology(parseModelJson(modelJson, modelLimits).modelTopology);
}

function parseModelJson(modelJson: string, limits: ModelLimits): z.infer<typeof modelJsonSchema> {
  if (modelJson.length > limits.jsonBytes)
    throw new Error(
      `model.json has ${modelJson.length} characters; ${limits.jsonBytes} are the most that Upsize reads.`,
    );
  let json: unknown;
  try {
    json = JSON.parse(modelJson);
  } catch (error) {
    throw new Error('model.json is not JSON; it may have been cut off.', { cause: error });
  }
  const parsed = modelJsonSchema.safeParse(json);
  if (!parsed.success) throw new Error(`model.json is no model of Upsize: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
