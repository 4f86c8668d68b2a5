import * as tfl from '@tensorflow/tfjs-layers';
import * as z from 'zod';
import { describeShape, readLayer, type Shape, type WeightShape } from './layerKinds.ts';

/** One layer and where its inputs come from, as data: what grafting moves about. */
export interface LayerNode {
  name: string;
  className: string;
  /** In Keras' spelling (`kernel_size`). */
  config: Record<string, unknown>;
  /** Names of the layers, or of the input, that this one takes. */
  inputs: string[];
}

/**
 * A model as data: one image in, one vector out. Grafts, refusals and costs are worked out on this, before any tensor
 * is allocated; `buildModel` makes a tfjs model of it.
 */
export interface Topology {
  name: string;
  /** Name of the input, which stands in `inputs` of the first layer. */
  input: string;
  inputShape: [height: number, width: number, channels: number];
  /** In an order in which each layer comes after its inputs. */
  layers: LayerNode[];
  /** Name of the layer whose values are the model's. */
  output: string;
}

/** What one layer takes, gives and holds. */
export interface LayerCost {
  outputShape: Shape;
  /** Names as tfjs has them: `s48_conv1/kernel`. */
  weights: WeightShape[];
  parameters: number;
}

const layerName = z.string().regex(/^[A-Za-z][\w.-]{0,99}$/, 'not a layer name');
const reference = z.tuple([layerName, z.literal(0), z.literal(0)]).rest(z.unknown());
const mostLayers = 2000;

const kerasModelSchema = z.object({
  class_name: z.enum(['Model', 'Functional']),
  config: z.object({
    name: z.string().max(200),
    layers: z
      .array(
        z.object({
          name: layerName,
          class_name: z.string().max(100),
          config: z.record(z.string(), z.unknown()),
          inbound_nodes: z.array(z.array(reference)),
        }),
      )
      .max(mostLayers),
    input_layers: z.tuple([reference]),
    output_layers: z.tuple([reference]),
  }),
});

const inputConfigSchema = z.object({
  batch_input_shape: z.tuple([z.null(), z.number().int(), z.number().int(), z.number().int()]),
});

/** Reads Keras' JSON of a functional model with one image as input. Throws with what is wrong with it. */
export function parseTopology(json: unknown): Topology {
  const parsed = kerasModelSchema.safeParse(json);
  if (!parsed.success) throw new Error(`Not a model that Upsize can read: ${z.prettifyError(parsed.error)}`);
  const { name, layers, input_layers, output_layers } = parsed.data.config;
  const inputName = input_layers[0][0];
  const inputLayer = layers.find((layer) => layer.name === inputName);
  if (inputLayer?.class_name !== 'InputLayer') throw new Error(`The model's input "${inputName}" is no InputLayer.`);
  const shape = inputConfigSchema.safeParse(inputLayer.config);
  if (!shape.success) throw new Error(`The model's input is no image: ${z.prettifyError(shape.error)}`);
  const [, height, width, channels] = shape.data.batch_input_shape;
  const nodes = layers
    .filter((layer) => layer !== inputLayer)
    .map((layer) => {
      if (layer.inbound_nodes.length !== 1)
        throw new Error(
          `Layer "${layer.name}" is used ${layer.inbound_nodes.length} times; Upsize opens models that use each layer once.`,
        );
      const inputs = (layer.inbound_nodes[0] ?? []).map(([from]) => from);
      return { name: layer.name, className: layer.class_name, config: layer.config, inputs };
    });
  return {
    name,
    input: inputName,
    inputShape: [height, width, channels],
    layers: inOrder(nodes, inputName),
    output: output_layers[0][0],
  };
}

/** Puts each layer after its inputs. Throws on a circle, on a name that is missing, and on one that stands twice. */
function inOrder(nodes: readonly LayerNode[], input: string): LayerNode[] {
  const done = new Set([input]);
  const ordered: LayerNode[] = [];
  let waiting = [...nodes];
  while (waiting.length > 0) {
    const later: LayerNode[] = [];
    for (const node of waiting) {
      if (!node.inputs.every((from) => done.has(from))) {
        later.push(node);
        continue;
      }
      if (done.has(node.name))
        throw new Error(`The layer name "${node.name}" stands twice; names are unique in a model.`);
      done.add(node.name);
      ordered.push(node);
    }
    if (later.length === waiting.length)
      throw new Error(`Layer "${later[0]?.name}" waits for ${later[0]?.inputs.join(', ')}: missing, or a circle.`);
    waiting = later;
  }
  return ordered;
}

/** The topology of a tfjs model. */
export function topologyOf(model: tfl.LayersModel): Topology {
  return parseTopology(model.toJSON(null, false));
}

/** What each layer takes, gives and holds, by arithmetic alone. Throws, naming the layer, when layers do not fit together. */
export function costsOf(topology: Topology): Map<string, LayerCost> {
  const costs = new Map<string, LayerCost>();
  const shapeOf = (name: string): Shape => {
    const shape = name === topology.input ? topology.inputShape : costs.get(name)?.outputShape;
    if (!shape) throw new Error(`There is no layer "${name}" before the one that takes it.`);
    return shape;
  };
  for (const node of topology.layers) {
    const recipe = readLayer(node.name, node.className, node.config);
    const inputs = node.inputs.map(shapeOf);
    try {
      const weights = recipe.weightShapes(inputs).map(({ name, shape }) => ({ name: `${node.name}/${name}`, shape }));
      const parameters = weights.reduce((sum, { shape }) => sum + elements(shape), 0);
      costs.set(node.name, { outputShape: recipe.outputShape(inputs), weights, parameters });
    } catch (error) {
      const shapes = inputs.map(describeShape).join(' and ');
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Layer "${node.name}" (${node.className}) cannot follow ${shapes}: ${reason}.`, { cause: error });
    }
  }
  shapeOf(topology.output);
  return costs;
}

/** How many values a tensor of this shape holds. */
export function elements(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * Builds a tfjs model `[batch, height, width, channels]` → `[batch, classes]`. All kernels are zeros until
 * `initializeWeights` or `writeWeights`. Throws when layers do not fit together. The caller disposes the model.
 */
export function buildModel(topology: Topology): tfl.LayersModel {
  costsOf(topology);
  const outputs = new Map<string, tfl.SymbolicTensor>();
  const input = tfl.input({ name: topology.input, shape: topology.inputShape });
  outputs.set(topology.input, input);
  for (const node of topology.layers) {
    const layer = readLayer(node.name, node.className, node.config).make(node.name);
    const taken = node.inputs.map((from) => outputs.get(from)).filter((tensor) => tensor !== undefined);
    const [first, ...more] = taken;
    if (!first) throw new Error(`Layer "${node.name}" has no input.`);
    const given = layer.apply(more.length > 0 ? taken : first);
    if (!(given instanceof tfl.SymbolicTensor)) throw new Error(`Layer "${node.name}" gives more than one output.`);
    outputs.set(node.name, given);
  }
  const output = outputs.get(topology.output);
  if (!output) throw new Error(`There is no layer "${topology.output}" to be the output.`);
  return tfl.model({ name: topology.name, inputs: input, outputs: output });
}
