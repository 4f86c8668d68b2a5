import { strict as assert } from 'node:assert';
import { inGraphForm } from '../../../../trainer/engine/graph/inGraphForm.ts';
import type { ProgramOperation, ProgramSource } from '../../../../trainer/engine/graph/programOperation.ts';

const float32 = 1;
const operation = (name: string, inputs: ProgramSource[], shape: number[]): ProgramOperation => ({
  ...{ name, inputs, attributes: { made: { type: 'string', value: name } } },
  outputs: [{ shape, dataType: float32 }],
});
const output = (made: ProgramOperation): ProgramSource => ({ kind: 'operation', operation: made, output: 0 });

describe('inGraphForm', () => {
  const [large, small] = [
    [2, 4, 4, 3],
    [2, 2, 2, 3],
  ];
  const images: ProgramSource = { kind: 'input', name: 'images' };
  const relu = output(operation('Relu', [images], large));
  const pool = output(operation('MaxPool', [relu], small));
  const gradient: ProgramSource = { kind: 'input', name: 'gradient' };
  const poolGrad = output(operation('MaxPoolGrad', [relu, pool, gradient], large));

  it('masks the gradient of a ReLU before a max-pool where it is small', () => {
    const form = inGraphForm(operation('ReluGrad', [poolGrad, relu], large));
    assert.equal(form.name, 'MaxPoolGrad');
    assert.deepEqual(form.attributes, { made: { type: 'string', value: 'MaxPoolGrad' } });
    assert.deepEqual(form.inputs.slice(0, 2), [relu, pool]);
    assert.deepEqual(form.inputs[2], output(operation('ReluGrad', [gradient, pool], small)));
  });

  it('leaves the gradient of a ReLU that is not what was pooled', () => {
    const other = output(operation('Relu', [images], large));
    for (const plain of [
      operation('ReluGrad', [poolGrad, other], large),
      operation('ReluGrad', [gradient, relu], large),
    ]) {
      assert.deepEqual(inGraphForm(plain), {
        ...{ name: 'ReluGrad', inputs: plain.inputs, attributes: plain.attributes },
      });
    }
  });
});
