import * as tf from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js';
import type { TensorMetadata, TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding.js';
import type { Attribute } from './graphDef.ts';
import { GraphRefusedError } from './graphRefused.ts';

/** Where a value comes from: an output of a recorded operation, a constant, or one of the inputs that were declared. */
export type Source =
  | { kind: 'operation'; index: number; output: number }
  | { kind: 'constant'; index: number }
  | { kind: 'input'; name: string };

/** One TensorFlow operation as it was executed. */
export interface RecordedOperation {
  name: string;
  attributes: Record<string, Attribute>;
  inputs: Source[];
  outputs: { shape: number[]; dataType: number }[];
}

/** A tensor that JavaScript made while it was recorded. */
export interface RecordedConstant {
  shape: number[];
  dataType: number;
  values: Float32Array | Int32Array | Uint8Array;
}

/** What reached TensorFlow during one piece of tfjs work, in order. */
export interface Recording {
  operations: RecordedOperation[];
  constants: RecordedConstant[];
}

/** Lets the work that is being recorded say what its tensors are. */
export interface Recorder {
  /** Declares a tensor to be an input: operations that take it are fed from outside. */
  input(name: string, tensor: tf.Tensor): void;
  /** Where a tensor came from. */
  source(tensor: tf.Tensor): Source;
}

/**
 * Runs `work` on the native engine, really, and records every operation that reaches TensorFlow. Inputs must be declared
 * before an operation takes them; any other tensor that was not made by a recorded operation counts as a constant.
 *
 * @throws GraphRefusedError when the work reads values back, since what it then does may depend on them.
 */
export function recordOperations<T>(work: (recorder: Recorder) => T): { recording: Recording; result: T } {
  const backend = tf.backend() as NodeJSKernelBackend;
  const real = backend.binding;
  const recording: Recording = { operations: [], constants: [] };
  const sources = new Map<number, Source>();

  const addConstant = (id: number, constant: RecordedConstant): Source => {
    const source: Source = { kind: 'constant', index: recording.constants.push(constant) - 1 };
    sources.set(id, source);
    return source;
  };
  const sourceOf = (id: number): Source => sources.get(id) ?? addConstant(id, readConstant(real, id));

  // What a tensor's id is, tfjs-node keeps to itself; an operation that takes it shows.
  let shown: number[] | undefined;
  const idOf = (tensor: tf.Tensor): number => {
    shown = [];
    try {
      tf.tidy(() => backend.executeSingleOutput('Identity', [typeAttribute(real, tensor.dtype)], [tensor]));
      const [id] = shown;
      if (id === undefined) throw new Error('TensorFlow was not reached.');
      return id;
    } finally {
      shown = undefined;
    }
  };

  const overrides: Partial<TFJSBinding> = {
    executeOp(name, attributes, inputs, outputCount) {
      if (shown) {
        shown.push(...inputs);
        return real.executeOp(name, attributes, inputs, outputCount);
      }
      const from = inputs.map(sourceOf);
      const outputs = real.executeOp(name, attributes, inputs, outputCount);
      const index = recording.operations.push({
        name,
        attributes: readAttributes(real, name, attributes),
        inputs: from,
        outputs: outputs.map(({ shape, dtype }) => ({ shape: [...shape], dataType: dtype })),
      });
      outputs.forEach(({ id }, output) => sources.set(id, { kind: 'operation', index: index - 1, output }));
      return outputs;
    },
    createTensor(shape, dtype, values) {
      const id = real.createTensor(shape, dtype, values);
      // Declared inputs come to be here too; `input` then says what they are, and this copy is never used.
      if (isNumeric(values)) addConstant(id, { shape: [...shape], dataType: dtype, values: values.slice() });
      return id;
    },
    tensorDataSync() {
      throw new GraphRefusedError(
        'A layer reads values while it computes, so what it does cannot be recorded once for all.',
      );
    },
  };
  backend.binding = Object.create(
    real,
    Object.fromEntries(Object.entries(overrides).map(([name, value]) => [name, { value }])),
  ) as TFJSBinding;
  try {
    const result = work({
      input: (name, tensor) => void sources.set(idOf(tensor), { kind: 'input', name }),
      source: (tensor) => sourceOf(idOf(tensor)),
    });
    return { recording, result };
  } finally {
    backend.binding = real;
  }
}

function typeAttribute(binding: TFJSBinding, dtype: tf.DataType): TFEOpAttr {
  const value = { float32: binding.TF_FLOAT, int32: binding.TF_INT32, bool: binding.TF_BOOL }[dtype as 'float32'];
  return { name: 'T', type: binding.TF_ATTR_TYPE, value };
}

function isNumeric(values: unknown): values is RecordedConstant['values'] {
  return values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array;
}

/** A tensor that was there before the recording began, such as a number that a layer keeps. */
function readConstant(binding: TFJSBinding, id: number): RecordedConstant {
  const [copy]: (TensorMetadata | undefined)[] = binding.executeOp('Identity', [], [id], 1);
  if (!copy) throw new Error('TensorFlow returned no tensor.');
  try {
    return { shape: [...copy.shape], dataType: copy.dtype, values: binding.tensorDataSync(copy.id) };
  } finally {
    binding.deleteTensor(copy.id);
  }
}

function readAttributes(binding: TFJSBinding, operation: string, attributes: readonly TFEOpAttr[]) {
  const read: Record<string, Attribute> = {};
  for (const { name, type, value } of attributes) {
    const attribute = readAttribute(binding, type, value);
    if (!attribute) {
      throw new GraphRefusedError(
        `${operation}: its attribute "${name}" is of a kind that is not written into graphs.`,
      );
    }
    read[name] = attribute;
  }
  return read;
}

function readAttribute(binding: TFJSBinding, type: number, value: unknown): Attribute | undefined {
  const numeric = readNumbers(value);
  switch (type) {
    case binding.TF_ATTR_STRING:
      return typeof value === 'string' ? { type: 'string', value } : undefined;
    case binding.TF_ATTR_BOOL:
      return { type: 'bool', value: Boolean(value) };
    case binding.TF_ATTR_INT:
      return numeric === undefined ? undefined : { type: 'int', value: numeric };
    case binding.TF_ATTR_FLOAT:
      return numeric === undefined ? undefined : { type: 'float', value: numeric };
    case binding.TF_ATTR_TYPE:
      return numeric === undefined ? undefined : { type: 'dataType', value: numeric };
    case binding.TF_ATTR_SHAPE:
      return Array.isArray(numeric) ? { type: 'shape', value: numeric } : undefined;
    default:
      return undefined;
  }
}

function readNumbers(value: unknown): number | number[] | undefined {
  if (typeof value === 'number') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'number')) return value;
  return undefined;
}
