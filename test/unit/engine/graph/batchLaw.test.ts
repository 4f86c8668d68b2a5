import { strict as assert } from 'node:assert';
import { constantLaw, type ConstantSample } from '../../../../trainer/engine/graph/batchLaw.ts';
import { dataTypes } from '../../../../trainer/engine/graph/graphDef.ts';
import { GraphRefusedError } from '../../../../trainer/engine/graph/graphRefused.ts';

function ints(batch: number, values: number[]): ConstantSample {
  return { batch, constant: { shape: [values.length], dataType: dataTypes.int32, values: Int32Array.from(values) } };
}

function floats(batch: number, values: number[], shape = [values.length]): ConstantSample {
  return { batch, constant: { shape, dataType: dataTypes.float32, values: Float32Array.from(values) } };
}

describe('constantLaw', () => {
  it('takes constants that are the same for what they are', () => {
    assert.equal(constantLaw([2, 3, 5].map((n) => ints(n, [4, 5]))).kind, 'fixed');
  });

  it('finds shapes that follow the batch', () => {
    const law = constantLaw([2, 3, 5].map((n) => ints(n, [n, 8, 8, 3])));
    assert.ok(law.kind === 'numbers');
    assert.deepEqual(law.law, { form: 'affine', base: [0, 8, 8, 3], slope: [1, 0, 0, 0] });
  });

  it('finds tensors of one value whose shape follows the batch', () => {
    const law = constantLaw([2, 3, 5].map((n) => floats(n, new Array<number>(2 * n).fill(1), [n, 2])));
    assert.ok(law.kind === 'fill');
    assert.deepEqual(law.shape, { form: 'affine', base: [0, 2], slope: [1, 0] });
  });

  for (const pixels of [36, 2304, 36_864]) {
    it(`finds the share n − 1 of n values, to the last digit, of ${pixels} pixels`, () => {
      const share = (n: number) => (n * pixels - 1) / (n * pixels);
      const samples = [2, 3, 5].map((n) => floats(n, [share(n)]));
      const law = constantLaw(samples);
      assert.ok(law.kind === 'numbers' && law.law.form === 'reciprocal');
      for (const n of [1, 32, 128]) {
        const value = (law.law.base[0] ?? NaN) + (law.law.slope[0] ?? NaN) / n;
        assert.ok(Math.abs(value - share(n)) <= 1e-7, `${n}: ${value}, ${share(n)}`);
      }
    });
  }

  it('refuses what follows no rule', () => {
    const random = (n: number) => floats(n, [0.1 * n, 0.7, 1 / (n * n), 0.2].slice(0, n), [n]);
    assert.throws(() => constantLaw([2, 3, 5].map(random)), GraphRefusedError);
    assert.throws(() => constantLaw([2, 3, 5].map((n) => floats(n, [n * n + 0.5]))), GraphRefusedError);
    assert.throws(() => constantLaw([2, 3, 5].map((n) => ints(n, [n * n, 8]))), GraphRefusedError);
    const lengths = [2, 3, 5].map((n) => floats(n, new Array<number>(n * n).fill(1), [n * n]));
    assert.throws(() => constantLaw(lengths), GraphRefusedError);
    assert.throws(() => constantLaw([ints(2, [1]), floats(3, [1]), ints(5, [1])]), GraphRefusedError);
  });
});
