import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { CheckpointState } from '../../../trainer/protocol/runFolder.ts';
import { CheckpointFolder } from '../../../trainer/run/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../trainer/run/safetensors.ts';
import { weightsHash } from '../../../trainer/run/weightsHash.ts';

const weights = [
  { name: 's48_conv1/kernel', shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, Number.NaN]) },
  { name: 's48_conv1/bias', shape: [0], data: new Float32Array(0) },
  { name: 'scalar', shape: [], data: Float32Array.from([-0]) },
];

const state = (step: number, kind: CheckpointState['kind'] = 'last'): CheckpointState => ({
  version: 1,
  kind,
  epoch: 1,
  step,
  stepInEpoch: 0,
  epochSums: { loss: 0, correct: 0, images: 0, seconds: 0, inputSeconds: 0, stepSeconds: 0 },
  learningRate: 1e-3,
  callbacks: { earlyStopping: { wait: 2, best: 0.5 } },
  seq: 12,
  weightsSha256: weightsHash(weights),
});

describe('checkpoints', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'upsize-checkpoint-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('come back to the bit, with their slots and state', async () => {
    const checkpoints = CheckpointFolder.own(folder);
    const slots = [{ name: 'kernel/rms', shape: [1], data: Float32Array.of(0.1) }];
    await checkpoints.prepare({ state: state(7), weights, slots }).write();
    const read = checkpoints.readNewest('last');
    assert.ok(read);
    assert.deepEqual(read.state, state(7));
    assert.equal(weightsHash(read.weights), weightsHash(weights));
    assert.equal(read.slots[0]?.name, 'kernel/rms');
    assert.equal(checkpoints.readNewest('best'), null);
  });

  it('keep two generations, and fall back to the older one when the newer is damaged anywhere', async () => {
    const checkpoints = CheckpointFolder.own(folder);
    for (const step of [5, 10, 15]) await checkpoints.prepare({ state: state(step), weights, slots: [] }).write();
    const directory = path.join(folder, 'checkpoints');
    assert.equal(readdirSync(directory).length, 4);
    const newest = path.join(directory, 'last-000000015.safetensors');
    const whole = readFileSync(newest);
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.boolean(), (place, cut) => {
        if (cut) {
          writeFileSync(newest, whole);
          truncateSync(newest, place);
        } else {
          const changed = Buffer.from(whole);
          changed[place] = (changed[place] ?? 0) ^ 0x10;
          writeFileSync(newest, changed);
        }
        const damaged: string[] = [];
        const read = checkpoints.readNewest('last', (name) => damaged.push(name));
        assert.equal(read?.state.step, 10);
        assert.deepEqual(damaged, ['last-000000015.safetensors']);
      }),
      { numRuns: 60 },
    );
  });

  /** Returns its name. */
  const write = async (kind: CheckpointState['kind'], step: number, changes: object = {}) => {
    const checkpoint = { state: { ...state(step, kind), ...changes }, weights, slots: [] };
    const prepared = CheckpointFolder.own(folder).prepare(checkpoint);
    await prepared.write();
    return prepared.name;
  };
  const resumePoint = () => {
    const damaged: string[] = [];
    const bestStep = ({ callbacks }: CheckpointState) => (typeof callbacks.best === 'number' ? callbacks.best : null);
    const found = new CheckpointFolder(folder).readResumePoint(bestStep, (name) => damaged.push(name));
    return { step: found?.last.state.step, best: found?.best?.step, damaged };
  };

  it('of a resume go back to a state whose best weights are whole', async () => {
    await write('best', 5);
    await write('last', 5, { callbacks: { best: 5 } });
    const best = await write('best', 10);
    await write('last', 10, { callbacks: { best: 10 } });
    assert.deepEqual(resumePoint(), { step: 10, best: 10, damaged: [] });
    writeFileSync(path.join(folder, 'checkpoints', best), 'torn');
    assert.deepEqual(resumePoint(), { step: 5, best: 5, damaged: [best] });
    rmSync(path.join(folder, 'checkpoints', 'best-000000005.safetensors'));
    assert.equal(resumePoint().step, undefined);
  });

  it('of a step that is trained again are whole at every moment', async () => {
    const name = await write('last', 5);
    const sum = path.join(folder, 'checkpoints', `${name}.sha256`);
    writeFileSync(sum, `${'0'.repeat(64)}  ${name}\n`);
    await write('last', 5);
    assert.equal(resumePoint().step, 5);
    assert.doesNotMatch(readFileSync(sum, 'utf8'), /^0{64}/);
  });

  it('leave nothing half written behind for their owner, and are not touched by a reader', async () => {
    assert.equal(new CheckpointFolder(folder).readNewest('last'), null);
    assert.deepEqual(readdirSync(folder), []);
    await write('last', 5);
    writeFileSync(path.join(folder, 'checkpoints', 'last-000000006.safetensors.123.partial'), 'half');
    new CheckpointFolder(folder).readNewest('last');
    assert.equal(readdirSync(path.join(folder, 'checkpoints')).length, 3);
    CheckpointFolder.own(folder);
    assert.equal(readdirSync(path.join(folder, 'checkpoints')).length, 2);
  });

  it('of a newer Upsize are called that, and no older one takes their place', async () => {
    await write('last', 5);
    await write('last', 10, { version: 99, more: true });
    assert.throws(() => resumePoint(), /made by a newer Upsize \(format 99; this one knows 1\)/);
    assert.throws(() => new CheckpointFolder(folder).readNewest('last'), /newer Upsize/);
  });

  it('are safetensors files, and refuse what is not one', () => {
    const bytes = Buffer.concat(encodeSafetensors(weights, { by: 'test' }));
    assert.deepEqual(decodeSafetensors(bytes).metadata, { by: 'test' });
    const huge = Buffer.from(bytes);
    huge.writeBigUInt64LE(2n ** 62n);
    assert.throws(() => decodeSafetensors(huge), /header/);
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [1e9, 1e9], data_offsets: [0, 4] } });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    assert.throws(
      () => decodeSafetensors(Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)])),
      /place of tensor/,
    );
  });
});
