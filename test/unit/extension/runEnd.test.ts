import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inFolder } from '../../../extension/folderName.ts';
import { claimEnd, endText, isTold } from '../../../extension/runs/runEnd.ts';
import { RunEnds } from '../../../extension/runs/runEnds.ts';
import { statusText } from '../../../extension/runs/statusText.ts';
import type { StopRequest } from '../../../trainer/protocol/runFolder.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { runLike } from '../runLike.ts';
import { runsIn, writeRun, type WantedRun } from './writtenRun.ts';

describe('the end of a run', () => {
  let workspace = '';
  const written = (wanted: WantedRun): Run => {
    writeRun(workspace, wanted);
    const run = runsIn(workspace).find(({ id }) => id === wanted.id);
    assert.ok(run);
    return run;
  };
  const nobodyLooks = { focused: false, enabled: true };
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-end-'));
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('is noticed once, of a run that was seen at work', () => {
    const ends = new RunEnds();
    const run = written({ id: 'a' });
    const old = written({ id: 'b' });
    assert.deepEqual(ends.look([runLike(run, { state: 'running' }), old]), []);
    assert.deepEqual(ends.look([runLike(run, { state: 'evaluating' }), old]), []);
    assert.deepEqual(ends.look([run, old]), [run]);
    assert.deepEqual(ends.look([run, old]), []);
  });

  it('is told when nobody looks; a failure also to who looks', () => {
    const done = written({ id: 'a' });
    const failed = written({ id: 'b', state: 'failed' });
    assert.equal(isTold(done, nobodyLooks), true);
    assert.equal(isTold(done, { ...nobodyLooks, focused: true }), false);
    assert.equal(isTold(done, { ...nobodyLooks, enabled: false }), false);
    assert.equal(isTold(failed, { focused: true, enabled: false }), true);
    assert.equal(isTold(runLike(done, { state: 'interrupted' }), { focused: true, enabled: false }), true);
  });

  it('is not told to who asked for it', () => {
    const stopped = written({ id: 'a', state: 'stopped' });
    assert.equal(isTold(stopped, nobodyLooks), true);
    const ask = (attempt: number) => {
      const request: StopRequest = { time: 1, by: 'extension', attempt };
      writeFileSync(runPaths(stopped.folder).stop, JSON.stringify(request));
    };
    ask(stopped.summary.attempt);
    assert.equal(isTold(stopped, nobodyLooks), false);
    // What was asked of an earlier attempt says nothing of this one.
    const later = runLike(stopped, { summary: { ...stopped.summary, attempt: 4 } });
    assert.equal(isTold(later, nobodyLooks), true);
  });

  it('is told by one window of all, and again when another attempt ends', () => {
    const run = written({ id: 'a' });
    assert.deepEqual([claimEnd(workspace, run), claimEnd(workspace, run)], [true, false]);
    const again = runLike(run, { summary: { ...run.summary, attempt: 2 } });
    assert.deepEqual([claimEnd(workspace, again), claimEnd(workspace, again)], [true, false]);
    const twoDays = 2 * 24 * 60 * 60_000;
    assert.equal(claimEnd(workspace, written({ id: 'b' }), Date.now() + twoDays), true);
    assert.equal(claimEnd(workspace, run), true, 'what was told long ago is forgotten');
  });

  it('names run, figures, reason and the folder where there are several', () => {
    const parent = written({ id: 'a', accuracies: [0.5] });
    const run = written({ id: 'b', parentId: 'a', size: 96, accuracies: [0.6] });
    const byId = new Map([parent, run].map((each) => [each.id, each]));
    const citrus = { workspaceFolder: { name: 'citrus' } as never };
    const where = inFolder({ all: [citrus, citrus] }, citrus);
    assert.equal(inFolder({ all: [citrus] }, citrus), '');
    assert.equal(endText(run, byId, undefined, where), 'The 96 px run b in citrus is trained: 60.0 % (▲ +10.0 pt).');
    assert.equal(endText(parent, byId, 'First', ''), 'The 48 px run First is trained: 50.0 %.');
    const failed = written({ id: 'c', state: 'failed', message: 'out of memory' });
    assert.equal(endText(failed, byId, undefined, ''), 'The 48 px run c failed: out of memory');
  });
});

describe('the status bar', () => {
  it('says size, epoch, val_accuracy, time left, the folder and how many others there are', () => {
    const workspace = mkdtempSync(path.join(tmpdir(), 'upsize-status-'));
    try {
      writeRun(workspace, { id: 'a', accuracies: [0.4, 0.581], epochs: 12, state: 'running' });
      const [run] = runsIn(workspace);
      assert.ok(run);
      const running = runLike(run, { state: 'running' });
      assert.equal(statusText(running, '', 0), '48 px · epoch 3/12 · 58.1 % · ~2 min left');
      assert.equal(statusText(running, ' in citrus', 2), '48 px in citrus · epoch 3/12 · 58.1 % · ~2 min left +2');
      assert.equal(statusText(runLike(running, { state: 'evaluating' }), '', 0), '48 px · evaluating · 58.1 %');
    } finally {
      rmSync(workspace, { recursive: true });
    }
  });
});
