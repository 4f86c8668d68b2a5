import type { ConstantLaw, NumberLaw } from './batchLaw.ts';
import { dataTypes, type GraphBuilder, type Output, outputOf } from './graphDef.ts';
import { GraphRefusedError } from './graphRefused.ts';
import { lowAttributes, LowPrecision } from './lowPrecision.ts';
import type { Precision } from '../trainStep.ts';
import type { ProgramOperation, ProgramSource } from './programOperation.ts';

/** What a program is written into a graph with. */
export interface EmitOptions {
  /** Outputs that stand for the program's inputs, by name. */
  inputs: ReadonlyMap<string, Output>;
  /** int32 scalar: how many images the batch has. */
  batch: Output;
  /** Stands before the names of the nodes. */
  scope: string;
  /** `bfloat16`: in what of it that gains by it. */
  precision: Precision;
}

/** Writes what each of these values needs into the graph, each operation once; returns a function that gives outputs. */
export function programEmitter(builder: GraphBuilder, options: EmitOptions): (source: ProgramSource) => Output {
  const operations = new Map<ProgramOperation, Output>();
  const laws = new Map<ConstantLaw, Output>();
  const casts = new Map<Output, Output>();
  const low = options.precision === 'bfloat16' ? new LowPrecision() : null;

  /** The value in its own type, float32 where it is a number of any size. */
  const emit = (source: ProgramSource): Output => {
    const made = emitAsMade(source);
    return low?.isLow(source) ? cast(made, dataTypes.bfloat16, dataTypes.float32) : made;
  };

  const emitLow = (source: ProgramSource): Output => {
    const made = emitAsMade(source);
    return low?.isLow(source) ? made : cast(made, dataTypes.float32, dataTypes.bfloat16);
  };

  const emitAsMade = (source: ProgramSource): Output => {
    switch (source.kind) {
      case 'input': {
        const input = options.inputs.get(source.name);
        if (input === undefined) throw new GraphRefusedError(`The step takes "${source.name}", which is not fed.`);
        return input;
      }
      case 'constant': {
        const known = laws.get(source.law) ?? emitLaw(builder, options, source.law);
        laws.set(source.law, known);
        return known;
      }
      case 'operation': {
        const known = operations.get(source.operation) ?? emitOperation(source.operation);
        operations.set(source.operation, known);
        return outputOf(known, source.output);
      }
    }
  };

  const emitOperation = (operation: ProgramOperation): Output => {
    const addedNothing = withoutZero(operation);
    if (addedNothing) return emit(addedNothing);
    const form = low?.formOf(operation);
    const inputs = operation.inputs.map((input, index) => {
      if (form?.inputs.includes(index)) return emitLow(input);
      return operation.name === 'Reshape' && index === 1 ? emit(withFreeLength(input)) : emit(input);
    });
    const { name, attributes } = operation;
    return builder.node(name, inputs, form ? lowAttributes(attributes) : attributes, `${options.scope}/${name}`);
  };

  const cast = (value: Output, from: number, to: number): Output => {
    const known = casts.get(value);
    if (known !== undefined) return known;
    const types = { SrcT: { type: 'dataType', value: from }, DstT: { type: 'dataType', value: to } } as const;
    const made = builder.node('Cast', [value], types, `${options.scope}/cast`);
    casts.set(value, made);
    return made;
  };

  return emit;
}

/** A new shape in which one length follows the batch: −1 says so without arithmetic, and the graph optimizer knows more. */
function withFreeLength(source: ProgramSource): ProgramSource {
  if (source.kind !== 'constant' || source.law.kind !== 'numbers') return source;
  const { law, dataType, shape } = source.law;
  if (law.slope.filter((slope) => slope !== 0).length !== 1) return source;
  const values = Int32Array.from(law.base, (base, index) => (law.slope[index] === 0 ? base : -1));
  return { kind: 'constant', law: { kind: 'fixed', constant: { shape, dataType, values } } };
}

/** The other operand of adding a scalar 0 (the offset of most rescaling), which would be a pass over the whole image. */
function withoutZero({ name, inputs, outputs }: ProgramOperation): ProgramSource | undefined {
  if (name !== 'Add' && name !== 'AddV2') return undefined;
  const [a, b] = inputs;
  if (!a || b?.kind !== 'constant' || b.law.kind !== 'fixed' || a.kind !== 'operation') return undefined;
  const { shape, values } = b.law.constant;
  // Only a first output may stand for this one: a node is known by its first output.
  const same = a.output === 0 && a.operation.outputs[0]?.shape.length === outputs[0]?.shape.length;
  return shape.length === 0 && values[0] === 0 && same ? a : undefined;
}

function emitLaw(builder: GraphBuilder, options: EmitOptions, law: ConstantLaw): Output {
  switch (law.kind) {
    case 'fixed': {
      const { dataType, shape, values } = law.constant;
      const [value] = values;
      if (value === undefined || values.length < 1024 || !values.every((one) => one === value)) {
        return builder.constant(dataType, shape, values);
      }
      const lengths = builder.constant(dataTypes.int32, [shape.length], Int32Array.from(shape));
      return fill(builder, dataType, lengths, value, options.scope);
    }
    case 'numbers':
      return emitNumbers(builder, options, law.law, law.dataType, law.shape);
    case 'fill': {
      const lengths = emitNumbers(builder, options, law.shape, dataTypes.int32, [law.shape.base.length]);
      return fill(builder, law.dataType, lengths, law.value, options.scope);
    }
  }
}

function fill(builder: GraphBuilder, dataType: number, lengths: Output, value: number, scope: string): Output {
  const type = { type: 'dataType', value: dataType } as const;
  const int32 = { type: 'dataType', value: dataTypes.int32 } as const;
  const scalar = builder.constant(dataType, [], typedArray(dataType, [value]));
  return builder.node('Fill', [lengths, scalar], { T: type, index_type: int32 }, `${scope}/Fill`);
}

function emitNumbers(
  builder: GraphBuilder,
  { batch, scope }: EmitOptions,
  law: NumberLaw,
  dataType: number,
  shape: readonly number[],
): Output {
  const T = { type: 'dataType', value: dataType } as const;
  const base = builder.constant(dataType, shape, typedArray(dataType, law.base));
  const slope = builder.constant(dataType, shape, typedArray(dataType, law.slope));
  const count =
    dataType === dataTypes.int32
      ? batch
      : builder.node(
          'Cast',
          [batch],
          { SrcT: { type: 'dataType', value: dataTypes.int32 }, DstT: T },
          `${scope}/batchAsFloat`,
        );
  const scaled = builder.node(law.form === 'affine' ? 'Mul' : 'RealDiv', [slope, count], { T }, `${scope}/perBatch`);
  return builder.node('AddV2', [base, scaled], { T }, `${scope}/perBatch`);
}

function typedArray(dataType: number, values: readonly number[]): Float32Array | Int32Array | Uint8Array {
  switch (dataType) {
    case dataTypes.float32:
      return Float32Array.from(values);
    case dataTypes.int32:
      return Int32Array.from(values);
    case dataTypes.bool:
      return Uint8Array.from(values);
    default:
      throw new GraphRefusedError(
        `The step makes constants of TensorFlow's data type ${dataType}, which are not written.`,
      );
  }
}
