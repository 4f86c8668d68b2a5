import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { graftAnswerSchema, type GraftAnswer } from '../../trainer/protocol/graftAnswer.ts';
import { runUpsize, type UpsizeResult } from './runUpsize.ts';
import { TinyWorkspace } from './tinyWorkspace.ts';

const config = {
  dataset: 'photos',
  model: { filters: [4, 4], denseUnits: 8, head: 'flatten' },
  training: { epochs: 1, batchSize: 8, augmentation: false },
  stages: [{ size: 16 }, { size: 32 }],
};

describe('the graft check, before anything starts', function () {
  this.timeout(120_000);
  let workspace: TinyWorkspace;
  let parent = '';
  const train = (...args: string[]): Promise<UpsizeResult> =>
    runUpsize(['train', '--from', parent, ...args], { cwd: workspace.directory });
  const check = async (...args: string[]): Promise<{ answer: GraftAnswer; code: number | null }> => {
    const { output, errors, code } = await train('--graft-check', '--json', ...args);
    assert.ok(output !== '', errors);
    return { answer: graftAnswerSchema.parse(JSON.parse(output)), code };
  };
  const runs = () => workspace.store.list().runs.length;

  before(async () => {
    workspace = await TinyWorkspace.make(12);
    writeFileSync(path.join(workspace.directory, 'upsize.json'), JSON.stringify(config));
    const trained = await runUpsize(['train'], { cwd: workspace.directory });
    assert.equal(trained.code, 0, trained.errors);
    parent = workspace.store.list().runs[0]?.id ?? '';
  });
  after(() => workspace.remove());
  afterEach(() => assert.equal(runs(), 1, 'a run was begun'));

  it('names layers, shapes, parameters and memory, and finds the answers of the run again', async () => {
    const { answer, code } = await check('--size', '64', '--feeder', 'residual', '--freeze', 'parent');
    assert.equal(code, 0);
    assert.ok(answer.outcome === 'fits');
    const { layers, trainableParameters, totalParameters } = answer;
    assert.deepEqual([answer.parentId, answer.parentSize, answer.size, answer.classes], [parent, 16, 64, 3]);
    const added = layers.filter(({ fromParent }) => !fromParent);
    assert.ok(added.every(({ name }) => name.startsWith('s64_')) && added.length > 2);
    assert.ok(
      layers.filter(({ fromParent, parameters }) => fromParent && parameters > 0).every((one) => !one.trainable),
    );
    assert.equal(
      trainableParameters,
      added.reduce((sum, { parameters }) => sum + parameters, 0),
    );
    assert.ok(totalParameters > trainableParameters);
    assert.ok(answer.memoryBytes > 4 * totalParameters && answer.availableMemoryBytes > 0);
    assert.ok(answer.answersDifference !== null && answer.answersDifference < 1e-3);
  });

  it('says where new layers begin without the answers of the run', async () => {
    const { answer } = await check('--size', '32', '--feeder', 'article');
    assert.ok(answer.outcome === 'fits');
    assert.equal(answer.answersDifference, null);
  });

  it('refuses a size that a feeder cannot bring down, with those that it can', async () => {
    const { answer, code } = await check('--size', '40', '--feeder', 'lean');
    assert.equal(code, 4);
    assert.ok(answer.outcome === 'cannotJoin');
    assert.match(answer.message, /40 pixels cannot be joined to a parent of 16.*32, 64, 128/);
    assert.deepEqual(answer.sizes, [32, 64, 128, 256, 512, 1024]);
  });

  it('refuses larger images for a head that is tied to its size', async () => {
    const { answer } = await check('--size', '32', '--strategy', 'resize');
    assert.ok(answer.outcome === 'cannotJoin');
    assert.deepEqual(answer.sizes, [16]);
  });

  it('stands before training too: a size that cannot be joined makes no run', async () => {
    const { code, errors } = await train('--size', '40', '--feeder', 'lean');
    assert.equal(code, 2);
    assert.match(errors, /40 pixels cannot be joined .*32, 64, 128/);
  });

  it('is a table for people', async () => {
    const { output } = await train('--graft-check', '--size', '32', '--feeder', 'lean', '--freeze', 'parent');
    assert.match(output, /16 px becomes 32 px, 3 classes/);
    assert.match(output, /s16_conv1 +Conv2D +16 × 16 × 4 +112 +frozen +parent/);
    assert.match(output, /parameters train; about \d+ MB a step/);
  });

  it('says that a first stage has no graft', async () => {
    const { code, errors } = await runUpsize(['train', '--new-ladder', '--graft-check'], { cwd: workspace.directory });
    assert.equal(code, 2);
    assert.match(errors, /no graft to check/);
  });
});
