import { strict as assert } from 'node:assert';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gainOver } from '../../trainer/protocol/gain.ts';
import { runPaths } from '../../trainer/protocol/runPaths.ts';
import { releaseRun, takeRun } from '../../trainer/run/owner.ts';
import { stepSecondsOf } from '../../trainer/stages/controlRun.ts';
import { runUpsize } from './runUpsize.ts';
import { TinyWorkspace } from './tinyWorkspace.ts';

describe('what a ladder holds to', function () {
  this.timeout(300_000);
  let workspace: TinyWorkspace;
  const upsize = (...args: string[]) => runUpsize(args, { cwd: workspace.directory });
  const inWorkspace = (...parts: string[]) => path.join(workspace.directory, ...parts);
  const settings = {
    model: { filters: [4, 4], denseUnits: 8 },
    training: { epochs: 1, batchSize: 4, augmentation: false, classWeight: 'undersample' },
    stages: [{ size: 16 }, { size: 32 }],
  };
  const write = (changes: Record<string, unknown> = {}) =>
    writeFileSync(inWorkspace('upsize.json'), JSON.stringify({ dataset: 'photos', ...settings, ...changes }));
  const newest = () => workspace.run(workspace.store.list().runs.at(-1)?.id ?? '');

  before(async () => {
    workspace = await TinyWorkspace.make(12);
    mkdirSync(inWorkspace('photos', 'train'));
    for (const name of ['apple', 'kiwi', 'lemon']) {
      renameSync(inWorkspace('photos', name), inWorkspace('photos', 'train', name));
      mkdirSync(inWorkspace('photos', 'test', name), { recursive: true });
      const files = readdirSync(inWorkspace('photos', 'train', name));
      // Apples are rarer, so that undersampling draws fewer of the others.
      for (const file of name === 'apple' ? files.slice(6) : []) rmSync(inWorkspace('photos', 'train', name, file));
      const [first = ''] = files;
      renameSync(inWorkspace('photos', 'train', name, first), inWorkspace('photos', 'test', name, first));
    }
    write();
    const { code, errors } = await upsize('train', '--json');
    assert.equal(code, 0, errors);
  });
  after(() => workspace.remove());

  it('counts the steps of an undersampled epoch', () => {
    const { prepared, epochs, step } = newest().summary;
    assert.equal(epochs.length, 1);
    assert.equal(prepared?.stepsPerEpoch, step);
    assert.ok(Math.ceil((prepared?.train ?? 0) / 4) > step, 'undersampling leaves some out');
  });

  it('takes the run’s own data set for what it is, whatever it is called, and records no look at its test images', async () => {
    symlinkSync(inWorkspace('photos'), inWorkspace('pictures'));
    const before = newest().summary;
    const own = await upsize('evaluate', 'last', '--dataset', 'pictures', '--json');
    assert.equal(own.code, 0, own.errors);
    assert.partialDeepStrictEqual(JSON.parse(own.output), {
      split: 'validation',
      dataset: null,
      accuracy: before.evaluated.validation?.accuracy,
    });
    const recorded = await upsize('evaluate', 'last', '--dataset', 'photos', '--split', 'test', '--json');
    assert.partialDeepStrictEqual(JSON.parse(recorded.output), { split: 'test', testLooks: 1 });
    assert.equal(newest().summary.testLooks, 1);
    const around = await upsize('evaluate', 'last', '--dataset', path.join('photos', 'test'));
    assert.equal(around.code, 2);
    assert.match(around.errors, /3 of these 3 images are test images .* --split test/);
    assert.equal(newest().summary.testLooks, 1);
  });

  it('takes a run before it scores test images, and gives it back where that fails', async () => {
    const { folder, summary } = newest();
    const looks = summary.testLooks;
    const look = () => upsize('evaluate', 'last', '--split', 'test');
    const owners = () => readdirSync(folder).filter((name) => name.startsWith('owner-'));
    const model = runPaths(folder).modelJson;
    renameSync(model, `${model}.aside`);
    const before = owners();
    // With the run in other hands the missing model is not even looked for.
    const owner = takeRun(folder);
    const refused = await look();
    assert.equal(refused.code, 1);
    assert.match(refused.errors, new RegExp(`Process ${process.pid} has this run now`));
    releaseRun(folder, owner);
    const failed = await look();
    assert.equal(failed.code, 1);
    assert.match(failed.errors, /model/);
    assert.deepEqual(owners(), before, 'the run is anybody’s again');
    renameSync(`${model}.aside`, model);
    assert.equal((await look()).code, 0);
    assert.deepEqual(owners(), before);
    assert.equal(newest().summary.testLooks, looks + 1);
  });

  it('warns of validation images that the parent was trained on, and compares on the images that both share', async () => {
    // The saved split is gone, and another seed draws a new one.
    rmSync(inWorkspace('.upsize', 'splits'), { recursive: true });
    const { code, errors } = await upsize('train', '--seed', '77', '--json');
    assert.equal(code, 0, errors);
    const run = newest();
    const trainedOn = run.summary.model?.validationTrainedOn ?? 0;
    assert.ok(trainedOn > 0, 'another split puts training images into validation');
    const count = run.summary.prepared?.validation ?? 0;
    assert.ok(
      run.summary.warnings.some((warning) => warning.startsWith(`${trainedOn} of ${count} validation images`)),
      run.summary.warnings.join('\n'),
    );
    const parent = workspace.run(run.manifest.parentId ?? '');
    const shared = run.summary.evaluated.validation?.sharedWithParent;
    assert.equal(shared?.images, shared === undefined ? undefined : count - trainedOn);
    const { gain, otherImages } = gainOver(run, parent);
    assert.ok(otherImages);
    assert.equal(gain, shared === undefined ? null : shared.accuracy - shared.parentAccuracy);
  });

  it('trains the control of a ladder for the time that it took, and says whether resizing paid', async () => {
    const ladder = newest();
    const spent = [workspace.run(ladder.manifest.parentId ?? ''), ladder].reduce(
      (sum, stage) => sum + stepSecondsOf(stage),
      0,
    );
    const none = await upsize('train', '--control', ladder.manifest.parentId ?? '');
    assert.equal(none.code, 1);
    assert.match(none.errors, /first stage of its ladder/);
    const { code, output, errors } = await upsize('train', '--control', ladder.id, '--json');
    assert.equal(code, 0, errors);
    const control = newest();
    assert.equal(control.manifest.parentId, null);
    assert.deepEqual(control.manifest.config.control, { runId: ladder.id, computeBudgetSeconds: spent });
    assert.equal(control.manifest.config.stage.size, ladder.manifest.config.stage.size);
    assert.equal(control.manifest.config.seed, ladder.manifest.config.seed);
    assert.match(control.summary.message ?? '', /s of training steps that it may take are used/);
    // The step that uses it up is the last one.
    const steps = workspace.events(control.id).flatMap((event) => (event.type === 'steps' ? event.stepMs : []));
    const last = steps.at(-1) ?? 0;
    const used = steps.reduce((sum, ms) => sum + ms, 0) / 1000;
    assert.ok(used >= spent - 0.01 && used - last / 1000 <= spent + 0.01, `${used} s of ${spent} s`);
    const answer: unknown = JSON.parse(output);
    assert.partialDeepStrictEqual(answer, { outcome: 'completed', id: control.id, control: { controlId: control.id } });
    const shown = await upsize('show', ladder.id);
    assert.match(shown.output, /control +(Progressive resizing|It cannot be told).*95 % interval.*validation images/);
    // A control is not what the next stage goes on from.
    const next = await upsize('train', '--dry-run', '--json');
    assert.partialDeepStrictEqual(JSON.parse(next.output), { outcome: 'done', runId: ladder.id });
  });

  it('begins a new ladder when the classes have changed, and says so before', async () => {
    const parent = workspace.store.list().runs.findLast(({ manifest }) => manifest.parentId !== null);
    assert.ok(parent);
    write({ stages: [...settings.stages, { size: 64 }] });
    cpSync(inWorkspace('photos', 'train', 'lemon'), inWorkspace('photos', 'train', 'lime'), { recursive: true });
    const dry = await upsize('train', '--dry-run', '--json');
    assert.partialDeepStrictEqual(JSON.parse(dry.output), {
      outcome: 'wouldTrain',
      parentId: null,
      stageIndex: 0,
      effective: { stage: { size: 16 } },
    });
    assert.match(dry.output, /"notice": ?"The classes have changed .*new: lime/);
    const named = await upsize('train', '--from', parent.id, '--size', '64');
    assert.equal(named.code, 4);
    assert.match(named.errors, /no longer those of run .*new: lime.*--new-ladder/);
    const { code, errors } = await upsize('train', '--json');
    assert.equal(code, 0, errors);
    assert.match(errors, /new: lime.*A new ladder starts/);
    assert.equal(newest().manifest.parentId, null);
    assert.notEqual(newest().manifest.ladderId, parent.manifest.ladderId);
  });

  it('stops when the loss becomes no number, says what to try, and offers no resume', async () => {
    // RMSprop that never takes up the gradients divides them by epsilon alone.
    const optimizer = { name: 'rmsprop', rho: 1, epsilon: 1e-30 };
    write({
      training: { ...settings.training, learningRate: 10, optimizer },
      model: { filters: [8, 8], denseUnits: 32, batchNormalization: false },
    });
    const { code } = await upsize('train', '--new-ladder', '--json');
    assert.equal(code, 1);
    const run = newest();
    assert.equal(run.state, 'failed');
    assert.equal(run.summary.failure, 'diverged');
    const shown = await upsize('show', run.id);
    assert.match(shown.output, /failed: The loss became \S+ in epoch 1.*"learningRate": 1\)/);
    const choice = await upsize('train', '--json');
    assert.equal(choice.code, 4);
    assert.partialDeepStrictEqual(JSON.parse(choice.output), { outcome: 'choose', runId: run.id });
    assert.doesNotMatch(choice.output, /"resume"/);
  });
});
