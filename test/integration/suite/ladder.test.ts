import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
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

  /** Types a command that trains into a terminal of the window. Settles with the run that came of it, at its end. */
  const typed = async (command: string) => {
    const before = runIds();
    const terminal = vscode.window.createTerminal({ cwd: workspacePath() });
    terminal.sendText(command);
    try {
      const isWritten = (id: string) => existsSync(path.join(workspacePath(), '.upsize', 'runs', id, 'run.json'));
      const id = await until('the terminal made a run', () =>
        runIds().find((each) => !before.includes(each) && isWritten(each)),
      );
      return await ended(id);
    } finally {
      terminal.dispose();
    }
  };

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
    const made = await typed(command);
    const [expected, actual] = [readRun(second ?? ''), made];
    assert.equal(actual.manifest.parentId, expected.manifest.parentId);
    assert.deepEqual(actual.manifest.config, expected.manifest.config);
    await upsize('refreshRuns');
  });

  it('trains with changes for one run, said as the JSON of a keybinding', async () => {
    const [first] = ladder;
    const changes = { epochs: 1, freeze: 'none' };
    const run = await ended(startedRun(await upsize('trainWithChanges', { runId: first, changes })));
    assert.equal(run.state, 'completed', run.summary.message ?? '');
    assert.equal(run.manifest.parentId, first);
    assert.equal(run.manifest.config.stage.training.epochs, 1);
    assert.equal(run.manifest.config.stage.freeze, 'none');
  });

  it('refuses what it does not understand, rather than do something else', async () => {
    const before = runIds().length;
    assert.match(await refusal('trainNextStage', { runid: ladder[0] }), /does not take .*runid/s);
    assert.match(await refusal('trainNextStage', { runId: 'none' }), /There is no run none here/);
    assert.match(await refusal('startNewLadder', { folder: '/nowhere' }), /\/nowhere does not lie in an open folder/);
    assert.match(await refusal('startNewLadder', { changes: { epoch: 1 } }), /epoch/);
    assert.match(await refusal('extendModel', { runId: ladder[0], size: 'large' }), /size/);
    assert.match(await refusal('exportModel', { runId: ladder[0], target: 3 }), /target/);
    assert.match(await refusal('restoreRun', { runId: 'none' }), /No (deleted )?run/);
    assert.match(await refusal('sortRuns', { sorting: 'luck' }), /sorting/);
    assert.match(await refusal('openDashboard', 3), /A run is named by its id/);
    assert.equal(runIds().length, before);
  });

  it('goes by the config that is selected, which must be one of the folder', async () => {
    const file = path.join(workspacePath(), 'short.upsize.json');
    const config = readFileSync(path.join(workspacePath(), 'upsize.json'), 'utf8');
    writeFileSync(file, config.replace('"epochs": 2', '"epochs": 1'));
    try {
      assert.deepEqual(await upsize('selectConfig', { file: 'short.upsize.json' }), { config: file });
      const run = await ended(startedRun(await upsize('startNewLadder')));
      assert.equal(run.manifest.config.configFile, 'short.upsize.json');
      assert.match(await refusal('selectConfig', { file: '/etc/hosts' }), /no config of .*It has upsize\.json, short/);
      await upsize('selectConfig', vscode.Uri.file(workspacePath()), 'upsize.json');
    } finally {
      rmSync(file);
    }
  });

  it('installs the native engine, or says that it is there', async function () {
    // Where the tests run without it they do not download it.
    if (readRun(ladder[0] ?? '').summary.engine?.name !== 'native') this.skip();
    assert.partialDeepStrictEqual(await upsize('installNativeEngine'), { installed: false });
  });

  it('filters, sorts and groups its list, and shows folder and log of a run', async () => {
    await upsize('filterRuns', { filter: '64' });
    await upsize('sortRuns', { sorting: 'accuracy' });
    await upsize('groupRuns', { grouping: 'state' });
    await upsize('clearRunFilter');
    await upsize('sortRuns', 'newest');
    await upsize('groupRuns', 'ladder');
    await upsize('revealRunFolder', ladder[0]);
    await upsize('showLog');
    await upsize('openWalkthrough');
    assert.match(await refusal('compareCheckedRuns'), /Choose two or more runs/);
    await upsize('uncheckRuns');
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
