import { strict as assert } from 'node:assert';
import { graftRows, type GraftRow } from '../../../extension/commands/graftRows.ts';
import type { FittingGraft } from '../../../trainer/protocol/graftAnswer.ts';

const layer = (name: string, parameters: number, trainable: boolean, fromParent: boolean) => ({
  name,
  type: 'Conv2D',
  outputShape: [null, 96, 96, 16],
  parameters,
  trainable,
  fromParent,
});
const graft: FittingGraft = {
  outcome: 'fits',
  parentId: 'a-48',
  parentSize: 48,
  size: 96,
  classes: 12,
  layers: [
    layer('s96_feeder_conv', 448, true, false),
    layer('s48_relu', 0, false, true),
    layer('s48_conv1', 900, false, true),
  ],
  trainableParameters: 448,
  totalParameters: 1348,
  batchSize: 32,
  memoryBytes: 120e6,
  availableMemoryBytes: 3.1e9,
  answersDifference: 1e-6,
  engine: 'native',
};
const described = (rows: GraftRow[], label: string) =>
  rows.flatMap((row) => ('label' in row && row.label === label ? [row.description] : []))[0];

describe('the graft check as a list', () => {
  it('says shapes, parameters, memory and first answers, and then every layer, new ones first', () => {
    const rows = graftRows(graft);
    assert.equal(described(rows, 'Shapes'), '96 × 96 px in, 12 classes out; the run takes 48 × 48 px');
    assert.match(described(rows, 'Parameters') ?? '', /^448 of 1.?348 train$/);
    assert.equal(described(rows, 'Memory'), 'about 120 MB a step with 32 images; 3.1 GB free');
    assert.equal(described(rows, 'First answers'), 'those of the run, to rounding');
    assert.equal(described(rows, 's96_feeder_conv'), 'Conv2D · 96 × 96 × 16 · 448 parameters · trains');
    assert.equal(described(rows, 's48_conv1'), 'Conv2D · 96 × 96 × 16 · 900 parameters · frozen');
    assert.equal(described(rows, 's48_relu'), 'Conv2D · 96 × 96 × 16');
    const heads = rows.flatMap((row) => ('head' in row ? [row.head] : []));
    assert.deepEqual(heads, ['Checked, nothing has started', 'New layers', 'From run a-48']);
  });

  it('warns where a step needs more memory than there is', () => {
    const rows = graftRows({ ...graft, availableMemoryBytes: 100e6 });
    const memory = rows.find((row) => 'label' in row && row.label === 'Memory');
    assert.partialDeepStrictEqual(memory, { icon: 'warning' });
    assert.match(described(rows, 'Memory') ?? '', /only 100 MB free: take a smaller batch size/);
  });

  it('says where the new layers begin without the answers of the run', () => {
    const rows = graftRows({ ...graft, answersDifference: null });
    assert.match(described(rows, 'First answers') ?? '', /begin without/);
  });
});
