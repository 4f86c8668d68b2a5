import type { ProgramOperation, ProgramSource } from './programOperation.ts';

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
  const smaller = name === 'ReluGrad' ? reluGradBelowPool(attributes, inputs) : undefined;
  if (smaller) return smaller;
  const made = input?.kind === 'operation' ? input.operation.outputs[input.output] : undefined;
  if (!reductions.has(name) || made === undefined) return { name, attributes, inputs };
  // tfjs-node gives some reductions the type of their result, which eager TensorFlow overlooks.
  const T = { type: 'dataType', value: made.dataType } as const;
  if (name === 'Sum' && input && isSumForBias(attributes, inputs, made.shape.length)) {
    return { name: 'BiasAddGrad', inputs: [input], attributes: { T } };
  }
  return { name, inputs, attributes: { ...attributes, T } };
}

/**
 * The gradient of a ReLU before a max-pool, with the mask laid on the pool's output, a quarter as large as its input, before the gradient
 * is spread: it comes from where the pool's input was the largest, and there the two have the same value. The same to the bit.
 */
function reluGradBelowPool(attributes: Form['attributes'], [gradient, features]: Form['inputs']): Form | undefined {
  if (gradient?.kind !== 'operation' || gradient.operation.name !== 'MaxPoolGrad') return undefined;
  const [input, output, pooled] = gradient.operation.inputs;
  if (!input || !output || !pooled || !isSame(input, features) || output.kind !== 'operation') return undefined;
  const made = output.operation.outputs[output.output];
  if (!made) return undefined;
  const masked: ProgramOperation = { name: 'ReluGrad', attributes, inputs: [pooled, output], outputs: [made] };
  return {
    name: 'MaxPoolGrad',
    attributes: gradient.operation.attributes,
    inputs: [input, output, { kind: 'operation', operation: masked, output: 0 }],
  };
}

function isSame(a: ProgramSource, b: ProgramSource | undefined): boolean {
  return a.kind === 'operation' && b?.kind === 'operation' && a.operation === b.operation && a.output === b.output;
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
