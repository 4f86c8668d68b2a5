import { ProtobufWriter } from './protobufWriter.ts';

/** TensorFlow's numbers for the data types that a training step uses (tensorflow/core/framework/types.proto). */
export const dataTypes = { float32: 1, int32: 3, uint8: 4, string: 7, bool: 10, bfloat16: 14, resource: 20 } as const;

/** An attribute of a node: one value, or a list of values, of one of TensorFlow's attribute types. */
export type Attribute =
  | { type: 'string'; value: string }
  | { type: 'int' | 'float' | 'dataType'; value: number | readonly number[] }
  | { type: 'bool'; value: boolean }
  /** −1 is a length that is not known. */
  | { type: 'shape'; value: readonly number[] }
  | { type: 'tensor'; dataType: number; shape: readonly number[]; content: Uint8Array };

export type Attributes = Readonly<Record<string, Attribute>>;

/** Output `index` of a node, as other nodes take it: the node's name, with the index where it is not 0. */
export type Output = string;

/**
 * Collects the nodes of a TensorFlow graph and writes them as a SavedModel (tensorflow/core/framework/graph.proto,
 * tensorflow/core/protobuf/saved_model.proto). Equal constants become one node.
 */
export class GraphBuilder {
  readonly #device: string | undefined;
  readonly #nodes: { name: string; op: string; inputs: readonly string[]; attributes: Attributes }[] = [];
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, Output>();

  /** `device`: where TensorFlow has to execute every node (`/device:CPU:0`); absent: where it sees fit. */
  constructor(device?: string) {
    this.#device = device;
  }

  /**
   * Adds a node and returns its first output. `name` is made unique by a number where it is taken. Inputs that begin with
   * `^` are control inputs; they must stand last.
   */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}, name: string = op): Output {
    let unique = name;
    for (let count = 1; this.#names.has(unique); count++) unique = `${name}_${count}`;
    this.#names.add(unique);
    this.#nodes.push({ name: unique, op, inputs, attributes });
    return unique;
  }

  /** A constant, or the node of an equal one that there is already. */
  constant(dataType: number, shape: readonly number[], values: Float32Array | Int32Array | Uint8Array): Output {
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const key = `${dataType} ${shape.join()} ${Buffer.from(content).toString('base64')}`;
    const known = content.length <= 4096 ? this.#constants.get(key) : undefined;
    if (known !== undefined) return known;
    const output = this.node('Const', [], {
      dtype: { type: 'dataType', value: dataType },
      value: { type: 'tensor', dataType, shape, content: Uint8Array.from(content) },
    });
    this.#constants.set(key, output);
    return output;
  }

  /** How many nodes there are of each operation. */
  countOperations(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { op } of this.#nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
    return counts;
  }

  /** Contents of `saved_model.pb` with one graph under the tag `serve`; without variables it is a whole SavedModel. */
  savedModel(): Uint8Array {
    return new ProtobufWriter()
      .varint(1, 1)
      .message(2, (metaGraph) => {
        metaGraph.message(1, (info) => info.text(4, 'serve'));
        metaGraph.message(2, (graph) => {
          for (const node of this.#nodes) {
            graph.message(1, (writer) => {
              writer.text(1, node.name).text(2, node.op);
              for (const input of node.inputs) writer.text(3, input);
              if (this.#device !== undefined) writer.text(4, this.#device);
              for (const [name, attribute] of Object.entries(node.attributes)) {
                writer.entry(5, name, (value) => writeAttribute(value, attribute));
              }
            });
          }
          graph.message(4, (versions) => versions.varint(1, producerVersion));
        });
      })
      .finish();
  }
}

/** TensorFlow 2.9's graph version: old enough for every library that tfjs-node runs on. */
const producerVersion = 1087;

/** Output `index` of the node whose first output is given. */
export function outputOf(first: Output, index: number): Output {
  return index === 0 ? first : `${first}:${index}`;
}

function writeAttribute(writer: ProtobufWriter, attribute: Attribute): void {
  switch (attribute.type) {
    case 'string':
      writer.text(2, attribute.value);
      return;
    case 'bool':
      writer.varint(5, attribute.value ? 1 : 0);
      return;
    case 'shape':
      writer.message(7, (shape) => writeShape(shape, attribute.value));
      return;
    case 'tensor':
      writer.message(8, (tensor) =>
        tensor
          .varint(1, attribute.dataType)
          .message(2, (shape) => writeShape(shape, attribute.shape))
          .bytes(4, attribute.content),
      );
      return;
    default: {
      const { type, value } = attribute;
      const field = { int: 3, float: 4, dataType: 6 }[type];
      const writeOne = (to: ProtobufWriter, one: number) =>
        type === 'float' ? to.float(field, one) : to.varint(field, one);
      if (typeof value === 'number') writeOne(writer, value);
      else writer.message(1, (list) => value.forEach((one) => writeOne(list, one)));
    }
  }
}

function writeShape(writer: ProtobufWriter, lengths: readonly number[]): void {
  for (const length of lengths) writer.message(2, (dimension) => dimension.varint(1, length));
}
