import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requestAfterLast, requestAgain } from '../../../extension/commands/furtherRequests.ts';
import { commandLike } from '../../../extension/trainer/commandLike.ts';
import type { TrainRequest } from '../../../extension/trainer/trainArguments.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { runLike } from '../runLike.ts';
import { runsIn, writeRun } from './writtenRun.ts';

describe('what is trained after a decision', () => {
  let workspace = '';
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-requests-'));
    writeRun(workspace, { id: 'a', created: 1000 });
    writeRun(workspace, {
      id: 'b',
      parentId: 'a',
      size: 96,
      stageIndex: null,
      state: 'stopped',
      epochs: 7,
      learningRate: 0.01,
      seed: 5,
      stage: { extend: { strategy: 'resize', trainableFrom: 'dense' }, freeze: ['conv*'] },
      created: 2000,
    });
  });
  afterEach(() => rmSync(workspace, { recursive: true }));
  const run = (id: string): Run => {
    const found = runsIn(workspace).find((each) => each.id === id);
    assert.ok(found);
    return found;
  };

  it('keeps the config and the changes that were asked for, after the last stage', () => {
    const request: TrainRequest = { what: 'next', from: 'x', config: '/w/b.upsize.json', changes: { epochs: 2 } };
    assert.deepEqual(requestAfterLast(request, 'a', run('a'), { size: 96 }), {
      what: 'next',
      from: 'a',
      config: '/w/b.upsize.json',
      changes: { epochs: 2, size: 96 },
    });
    assert.deepEqual(requestAfterLast(request, 'a', run('a'), 'newLadder'), {
      what: 'newLadder',
      config: '/w/b.upsize.json',
      changes: { epochs: 2 },
    });
    assert.deepEqual(requestAfterLast(request, 'a', run('a'), 'fineTune').changes, {
      size: 48,
      epochs: 2,
      learningRate: 1e-4,
      extend: { strategy: 'resize' },
      freeze: 'none',
    });
  });

  it('trains an unfinished stage again as it was asked for, with what is asked for now', () => {
    assert.deepEqual(requestAgain({ what: 'next', changes: { epochs: 9 } }, run('b')), {
      what: 'next',
      from: 'a',
      changes: {
        size: 96,
        epochs: 9,
        learningRate: 0.01,
        batchSize: 32,
        freeze: ['conv*'],
        extend: { strategy: 'resize', trainableFrom: 'dense' },
        seed: 5,
      },
    });
    assert.equal(requestAgain({ what: 'next' }, run('a')).what, 'newLadder');
  });

  it('is copied as a command that says all of it, and where, among several folders', () => {
    assert.equal(
      commandLike(run('b'), null),
      "upsize train --next --from a --size 96 --epochs 7 --learning-rate 0.01 --batch-size 32 --freeze 'conv*' --strategy resize --trainable-from dense --seed 5",
    );
    const line = commandLike(run('a'), '/my work');
    assert.match(line, /^upsize train --new-ladder --epochs 20 .*--seed 1 --workspace '\/my work'$/);
    const { manifest } = run('a');
    const config = { ...manifest.config, configFile: 'b.upsize.json' };
    const other = runLike(run('a'), { manifest: { ...manifest, config } });
    assert.match(commandLike(other, '/w'), /--config \/w\/b\.upsize\.json /);
    assert.match(commandLike(other, null), /--config b\.upsize\.json /);
  });
});
