import { dataTypes } from './graphDef.ts';
import { GraphRefusedError } from './graphRefused.ts';
import type { RecordedConstant } from './recordOperations.ts';

/** Numbers that depend on the batch size n, one law for all of them: base + slope · n, or base + slope / n. */
export interface NumberLaw {
  form: 'affine' | 'reciprocal';
  base: number[];
  slope: number[];
}

/** How a constant of a recorded step depends on the batch size. */
export type ConstantLaw =
  | { kind: 'fixed'; constant: RecordedConstant }
  /** Values that follow the batch size; the shape is fixed. */
  | { kind: 'numbers'; dataType: number; shape: number[]; law: NumberLaw }
  /** One value everywhere, in a shape that follows the batch size. */
  | { kind: 'fill'; dataType: number; shape: NumberLaw; value: number };

/** The same constant as seen with a batch of `batch` images. */
export interface ConstantSample {
  batch: number;
  constant: RecordedConstant;
}

/** Longest list of numbers that is believed to be sizes or scales, and not a tensor of values that differ. */
const mostNumbers = 64;

/**
 * Finds the law of one constant from three samples at different batch sizes: two points always lie on a line.
 *
 * @throws GraphRefusedError when there is none, as with values that were drawn at random in JavaScript.
 */
export function constantLaw(samples: readonly ConstantSample[]): ConstantLaw {
  const [first, ...others] = samples;
  if (!first || others.length < 2) throw new Error('A law takes three samples.');
  const { shape, dataType, values } = first.constant;
  if (others.some(({ constant }) => constant.dataType !== dataType || constant.shape.length !== shape.length)) {
    throw unlawful(first.constant);
  }
  if (others.every(({ constant }) => constant.shape.every((length, axis) => length === shape[axis]))) {
    if (others.every(({ constant }) => constant.values.every((value, i) => Object.is(value, values[i])))) {
      return { kind: 'fixed', constant: first.constant };
    }
    if (values.length > mostNumbers) throw unlawful(first.constant);
    const law = numberLaw(samples.map(({ batch, constant }) => ({ batch, numbers: [...constant.values] })));
    if (!law) throw unlawful(first.constant);
    return { kind: 'numbers', dataType, shape, law };
  }
  const value = values[0] ?? 0;
  const uniform = samples.every(({ constant }) => constant.values.every((one) => one === value));
  const lengths = numberLaw(samples.map(({ batch, constant }) => ({ batch, numbers: constant.shape })));
  if (!uniform || !lengths) throw unlawful(first.constant);
  return { kind: 'fill', dataType, shape: lengths, value };
}

function unlawful({ dataType, shape }: RecordedConstant): GraphRefusedError {
  const type = Object.entries(dataTypes).find(([, number]) => number === dataType)?.[0] ?? String(dataType);
  return new GraphRefusedError(
    `A layer makes a ${type} tensor [${shape.join()}] in JavaScript whose values change with the batch by no simple rule ` +
      '(a mask drawn at random, say).',
  );
}

interface NumberSample {
  batch: number;
  numbers: readonly number[];
}

function numberLaw(samples: readonly NumberSample[]): NumberLaw | undefined {
  const whole = samples.every(({ numbers }) => numbers.every(Number.isInteger));
  if (whole) return fit(samples, 'affine');
  // Far from small batches the two forms differ most, and what has a fraction is mostly a mean's share.
  return fit(samples, 'reciprocal') ?? fit(samples, 'affine');
}

function fit(samples: readonly NumberSample[], form: NumberLaw['form']): NumberLaw | undefined {
  const [a, b] = samples;
  if (!a || !b) return undefined;
  const at = (batch: number) => (form === 'affine' ? batch : 1 / batch);
  const law: NumberLaw = { form, base: [], slope: [] };
  for (const [index, value] of a.numbers.entries()) {
    const other = b.numbers[index] ?? NaN;
    const slope = (other - value) / (at(b.batch) - at(a.batch));
    // Samples are rounded to float32, which costs the base digits; where it is a whole number, that is what it is.
    const base = value - slope * at(a.batch);
    const exact = Math.abs(base - Math.round(base)) < 2e-6 ? Math.round(base) : base;
    law.base.push(exact);
    law.slope.push((value - exact) / at(a.batch));
  }
  const holds = samples.every(({ batch, numbers }) =>
    numbers.every((value, index) => {
      const predicted = (law.base[index] ?? NaN) + (law.slope[index] ?? NaN) * at(batch);
      return Math.abs(predicted - value) <= 4e-7 * Math.max(1e-6, Math.abs(value));
    }),
  );
  return holds ? law : undefined;
}
