import type { ProgramOperation } from './programOperation.ts';

type Form = Pick<ProgramOperation, 'name' | 'attributes' | 'inputs'>;

const reductions = new Set(['Sum', 'Mean', 'Prod', 'Max', 'Min']);

/** The operation as graphs take it, and as TensorFlow's own optimizer knows it best. */
export function inGraphForm({ name, attributes, inputs, outputs }: ProgramOperation): Form {
  const [input] = inputs;
  if (name === 'BatchMatMulV2' && outputs[0]?.shape.length === 2) {
    const { T, adj_x, adj_y, ...others } = attributes;
    if (T && Object.keys(others).length === 0) {
      const plain = { type: 'bool', value: false } as const;
      return { name: 'MatMul', inputs, attributes: { T, transpose_a: adj_x ?? plain, transpose_b: adj_y ?? plain } };
    }
  }
  const made = input?.kind === 'operation' ? input.operation.outputs[input.output] : undefined;
  if (!reductions.has(name) || made === undefined) return { name, attributes, inputs };
  // tfjs-node gives some reductions the type of their result, which eager TensorFlow overlooks.
  const T = { type: 'dataType', value: made.dataType } as const;
  if (name === 'Sum' && input && isSumForBias(attributes, inputs, made.shape.length)) {
    return { name: 'BiasAddGrad', inputs: [input], attributes: { T } };
  }
  return { name, inputs, attributes: { ...attributes, T } };
}

/** Whether a sum runs over all axes but the last: TensorFlow has a faster operation for that. */
function isSumForBias(attributes: Form['attributes'], [, axes]: Form['inputs'], rank: number): boolean {
  const { keep_dims: kept } = attributes;
  if (rank < 2 || axes?.kind !== 'constant' || axes.law.kind !== 'fixed' || (kept?.type === 'bool' && kept.value)) {
    return false;
  }
  const found = [...axes.law.constant.values].map(Number).sort((a, b) => a - b);
  return found.length === rank - 1 && found.every((axis, index) => axis === index);
}
