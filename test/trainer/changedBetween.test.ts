import { strict as assert } from 'node:assert';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { requestStop } from '../../trainer/protocol/stopRequest.ts';
import { resumeRun } from '../../trainer/stages/startRun.ts';
import { TinyWorkspace } from './tinyWorkspace.ts';

describe('a run that goes on after something of it was changed', function () {
  this.timeout(240_000);
  let workspace: TinyWorkspace;
  before(async () => {
    workspace = await TinyWorkspace.make();
  });
  after(() => workspace.remove());

  const stopped = async (id: string) => {
    await workspace.until(id, (run) => run.summary.step >= 3, 'training');
    requestStop(workspace.run(id).folder, 'test');
    return workspace.untilState(id, 'stopped');
  };
  const photo = (className: string, file: string) => path.join(workspace.directory, 'photos', className, file);

  it('says that labels or names have changed, and goes on once they are put back', async () => {
    const id = await workspace.train(workspace.config(), { newLadder: true });
    let run = await stopped(id);
    const file = photo('apple', 'apple 0.png');
    for (const [elsewhere, said] of [
      [photo('kiwi', 'apple 0.png'), /^Labels of images have changed since this run began/],
      [photo('apple', 'apple 99.png'), /^Images were renamed since this run began/],
    ] as const) {
      renameSync(file, elsewhere);
      await resumeRun(run);
      run = await workspace.untilState(id, 'failed');
      assert.match(run.summary.message ?? '', said);
      renameSync(elsewhere, file);
    }
    await resumeRun(run);
    await workspace.untilState(id, 'completed');
  });

  it('fails a stage whose frozen layers are not those of its parent', async () => {
    const parent = await workspace.train(workspace.config(), { newLadder: true });
    await workspace.untilState(parent, 'completed');
    const id = await workspace.train(workspace.config(), { fromRunId: parent });
    const run = await stopped(id);
    const file = path.join(run.folder, 'checkpoints', 'stage.json');
    const record = z
      .looseObject({ frozen: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    const [name] = Object.keys(record.frozen);
    assert.ok(name !== undefined, 'layers of the parent are frozen');
    record.frozen[name] = '0'.repeat(64);
    writeFileSync(file, JSON.stringify(record));
    await resumeRun(run);
    const failed = await workspace.untilState(id, 'failed');
    assert.match(failed.summary.message ?? '', /freeze did not hold/i);
    const proof = workspace.events(id).findLast((event) => event.type === 'frozen');
    assert.equal(proof?.type === 'frozen' && proof.unchanged, false);
  });
});
