import { type Attributes, dataTypes } from './graphDef.ts';
import type { ProgramOperation, ProgramSource } from './programOperation.ts';

/** Which inputs and outputs of an operation may be bfloat16, and whether it is that by itself or goes along. */
interface LowForm {
  inputs: readonly number[];
  outputs: readonly number[];
  /** `always`: the arithmetic is here. `follows`: a pass over activations, cheaper where they are bfloat16 already. */
  when: 'always' | 'follows';
}

const lowForms = new Map<string, LowForm>([
  ['Conv2D', { inputs: [0, 1], outputs: [0], when: 'always' }],
  ['Conv2DBackpropInput', { inputs: [1, 2], outputs: [0], when: 'always' }],
  ['Conv2DBackpropFilter', { inputs: [0, 2], outputs: [0], when: 'always' }],
  ['MatMul', { inputs: [0, 1], outputs: [0], when: 'always' }],
  ['BiasAdd', { inputs: [0, 1], outputs: [0], when: 'follows' }],
  ['BiasAddGrad', { inputs: [0], outputs: [0], when: 'follows' }],
  ['Relu', { inputs: [0], outputs: [0], when: 'follows' }],
  ['ReluGrad', { inputs: [0, 1], outputs: [0], when: 'follows' }],
  ['Reshape', { inputs: [0], outputs: [0], when: 'follows' }],
  ['MaxPool', { inputs: [0], outputs: [0], when: 'follows' }],
  ['MaxPoolGrad', { inputs: [0, 1, 2], outputs: [0], when: 'follows' }],
  // Scale, offset and statistics stay float32: the operation is made for that.
  ['FusedBatchNormV3', { inputs: [0], outputs: [0], when: 'follows' }],
  ['FusedBatchNormGradV3', { inputs: [0, 1], outputs: [0], when: 'follows' }],
]);

/**
 * Decides where a training step computes in bfloat16 (Kalamkar et al. 2019): convolutions and matrix products, and the
 * passes over activations between them. Weights, their updates, losses and statistics stay float32, as in Keras' policy
 * `mixed_bfloat16`.
 */
export class LowPrecision {
  readonly #known = new Map<ProgramOperation, LowForm | null>();

  /** What of an operation is bfloat16; null where it computes in its own types. */
  formOf(operation: ProgramOperation): LowForm | null {
    const known = this.#known.get(operation);
    if (known !== undefined) return known;
    const form = lowForms.get(operation.name);
    const low = form && (form.when === 'always' || this.#hasLowInput(operation, form)) ? form : null;
    this.#known.set(operation, low);
    return low;
  }

  /** Whether a value is made as bfloat16. */
  isLow(source: ProgramSource): boolean {
    return source.kind === 'operation' && (this.formOf(source.operation)?.outputs.includes(source.output) ?? false);
  }

  #hasLowInput({ inputs }: ProgramOperation, form: LowForm): boolean {
    return form.inputs.some((index) => {
      const input = inputs[index];
      return input !== undefined && this.isLow(input);
    });
  }
}

/** Attributes of an operation that computes in bfloat16. */
export function lowAttributes(attributes: Attributes): Attributes {
  return { ...attributes, T: { type: 'dataType', value: dataTypes.bfloat16 } };
}
