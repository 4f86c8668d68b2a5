import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import {
  activateUpsize,
  ended,
  readRun,
  refusal,
  runIds,
  startedRun,
  until,
  upsize,
  workspacePath,
} from './upsizeApi.ts';

describe('a ladder, from the editor', () => {
  const ladder: string[] = [];
  before(activateUpsize);

  it('trains three stages, each from the one before', async () => {
    for (const size of [16, 32, 64]) {
      const id = startedRun(await upsize('trainNextStage'));
      const run = await ended(id);
      assert.equal(run.state, 'completed', run.summary.message ?? '');
      assert.equal(run.manifest.config.stage.size, size);
      assert.equal(run.manifest.parentId, ladder.at(-1) ?? null);
      ladder.push(id);
      await upsize('refreshRuns');
    }
  });

  it('branches from an earlier run, with changes for this run only', async () => {
    const [first] = ladder;
    const changes = { epochs: 1, learningRate: 0.01, batchSize: 4 };
    const id = startedRun(await upsize('trainFromRun', { runId: first, stage: 2, changes }));
    const run = await ended(id);
    assert.equal(run.manifest.parentId, first);
    assert.equal(run.manifest.ladderId, first);
    const { epochs, learningRate, batchSize } = run.manifest.config.stage.training;
    assert.deepEqual({ epochs, learningRate, batchSize }, changes);
    assert.equal(readFileSync(path.join(workspacePath(), 'upsize.json'), 'utf8').includes('"epochs": 1'), false);
  });

  it('extends a model by a feeder and keeps what it froze', async () => {
    const [first] = ladder;
    const extend = { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' };
    const id = startedRun(await upsize('extendModel', { runId: first }, { size: 32, extend, freeze: 'parent' }));
    const run = await ended(id);
    assert.equal(run.state, 'completed', run.summary.message ?? '');
    assert.equal(run.summary.frozen?.unchanged, true);
    const { trainableParameters = 0, totalParameters = 0 } = run.summary.model ?? {};
    assert.ok(trainableParameters < totalParameters);
  });

  it('freezes layers by name', async () => {
    const [first] = ladder;
    const id = startedRun(await upsize('freezeLayers', { runId: first }, { freeze: ['*conv*'] }));
    const run = await ended(id);
    assert.equal(run.state, 'completed', run.summary.message ?? '');
    assert.deepEqual(run.manifest.config.stage.freeze, ['*conv*']);
    assert.equal(run.summary.frozen?.unchanged, true);
  });

  it('fine-tunes with nothing frozen, at a tenth of the rate', async () => {
    const id = startedRun(await upsize('unfreezeAndFineTune', { runId: ladder[1] }));
    const run = await ended(id);
    assert.equal(run.state, 'completed', run.summary.message ?? '');
    assert.equal(run.manifest.config.stage.freeze, 'none');
    assert.equal(run.manifest.config.stage.training.learningRate, 1e-4);
  });

  it('stops a run and resumes it to its end', async () => {
    const changes = { epochs: 2000 };
    const id = startedRun(await upsize('startNewLadder', { changes }));
    await until('the run trains', () => readRun(id).summary.epochs.length > 0);
    assert.match(await refusal('deleteRun', id), /stop it first/);
    assert.deepEqual(await upsize('stopRun', id), { runId: id, state: 'stopped' });
    const epochs = readRun(id).summary.epochs.length;
    await upsize('resumeRun', id);
    await until('the run goes on', () => readRun(id).summary.epochs.length > epochs);
    assert.equal(readRun(id).summary.attempt, 2);
    await upsize('stopRun', id);
    assert.match(await refusal('stopRun', id), /stopped/);
  });

  it('names, stars, tags and notes a run', async () => {
    const [first] = ladder;
    await upsize('renameRun', first, 'first *try*');
    assert.equal(await upsize('starRun', first), true);
    await upsize('tagRun', first, 'small, quick,small');
    await upsize('noteRun', first, 'A note.');
    const file = path.join(workspacePath(), '.upsize', 'annotations', `${first}.json`);
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const expected = { version: 1, name: 'first *try*', starred: true, tags: ['small', 'quick'], note: 'A note.' };
    assert.deepEqual(written, expected);
  });

  it('deletes a parent, whose children stay whole, and restores it', async () => {
    const [first, second] = ladder;
    await upsize('deleteRun', first);
    assert.equal(runIds().includes(first ?? ''), false);
    assert.equal(readRun(second ?? '').state, 'completed');
    await upsize('restoreRun', { folder: workspacePath(), runId: first });
    assert.equal(readRun(first ?? '').state, 'completed');
  });

  it('copies an id, a config and a command that trains such a run', async () => {
    const [, second] = ladder;
    assert.equal(await upsize('copyRunId', second), second);
    assert.match(String(await upsize('copyRunConfig', second)), /"size": 32/);
    const command = String(await upsize('copyRunCommand', second));
    assert.match(command, /^upsize train --stage 2 --from [a-z0-9-]+ --epochs 2 /);
    assert.equal(await vscode.env.clipboard.readText(), command);
    // It does what it says where it is typed: a run of the same parent, size and length.
    const before = runIds();
    const [, ...args] = command.split(' ');
    const entry = path.join(
      vscode.extensions.getExtension('upsize.upsize')?.extensionPath ?? '',
      'dist',
      'trainer.cjs',
    );
    await promisify(execFile)(process.env['UPSIZE_NODE'] ?? 'node', [entry, ...args], { cwd: workspacePath() });
    const [made] = runIds().filter((id) => !before.includes(id));
    assert.ok(made !== undefined);
    const [expected, actual] = [readRun(second ?? ''), readRun(made)];
    assert.equal(actual.manifest.parentId, expected.manifest.parentId);
    assert.deepEqual(actual.manifest.config.stage, expected.manifest.config.stage);
    await upsize('refreshRuns');
  });

  it('shows the run card as a page in the editor', async () => {
    const answer = await upsize('openRunCard', ladder.at(-1));
    const file = typeof answer === 'object' && answer !== null && 'file' in answer ? String(answer.file) : '';
    assert.ok(existsSync(file), JSON.stringify(answer));
    await until('the page is open', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === 'Run card: 64 px')),
    );
  });

  it('says what is wrong with a broken config and trains nothing', async () => {
    const file = path.join(workspacePath(), 'upsize.json');
    const good = readFileSync(file, 'utf8');
    const before = runIds().length;
    writeFileSync(file, good.replace('"size": 16', '"size": "tiny"'));
    try {
      assert.match(await refusal('startNewLadder'), /upsize\.json:\d+:\d+: .*size/);
      assert.equal(runIds().length, before);
    } finally {
      writeFileSync(file, good);
    }
  });

  it('keeps all it made within .upsize, which Git ignores', () => {
    assert.equal(readFileSync(path.join(workspacePath(), '.upsize', '.gitignore'), 'utf8'), '*\n');
    assert.ok(existsSync(path.join(workspacePath(), '.upsize', 'runs', ladder[0] ?? '')));
  });
});
