import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { findBuild } from '../../trainer/engine/native/nativeParts.ts';
import { isLive } from '../../trainer/protocol/runState.ts';
import { workspacePaths } from '../../trainer/protocol/runPaths.ts';
import { newestOwner } from '../../trainer/protocol/ownership.ts';
import { runUpsize, type UpsizeCall } from './runUpsize.ts';
import { TinyWorkspace } from './tinyWorkspace.ts';

const rowSchema = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  ladderId: z.string(),
  size: z.number(),
  state: z.string(),
  valAccuracy: z.number().min(0).max(1),
  trainableParameters: z.number().int(),
  totalParameters: z.number().int(),
  seconds: z.number().positive(),
  engine: z.enum(['native', 'wasm']),
  testLooks: z.number(),
});
const trainedSchema = z.object({ outcome: z.string(), runs: z.array(rowSchema), card: z.string().nullable() });

const config = {
  name: 'Fruit & <script>alert(1)</script>',
  dataset: 'photos',
  model: { filters: [4, 4], denseUnits: 8 },
  training: { epochs: 2, batchSize: 8, augmentation: false },
  stages: [
    { size: 16 },
    { size: 32, extend: { strategy: 'feeder', feeder: 'residual' }, freeze: 'parent' },
    { size: 64, extend: { strategy: 'feeder', feeder: 'lean' } },
  ],
};

describe('the command line', function () {
  this.timeout(240_000);
  let workspace: TinyWorkspace;
  const upsize = (args: readonly string[], call: Partial<UpsizeCall> = {}) =>
    runUpsize(args, { cwd: workspace.directory, ...call });
  const inWorkspace = (...parts: string[]) => path.join(workspace.directory, ...parts);

  before(async () => {
    workspace = await TinyWorkspace.make(20);
    // Photos in train/ and test/, so that there is something which training must not look at.
    mkdirSync(inWorkspace('photos', 'train'));
    for (const name of readdirSync(inWorkspace('photos')).filter((one) => one !== 'train')) {
      renameSync(inWorkspace('photos', name), inWorkspace('photos', 'train', name));
      mkdirSync(inWorkspace('photos', 'test', name), { recursive: true });
      for (const file of readdirSync(inWorkspace('photos', 'train', name)).slice(0, 4)) {
        renameSync(inWorkspace('photos', 'train', name, file), inWorkspace('photos', 'test', name, file));
      }
    }
  });
  after(() => workspace.remove());

  it('says what init would do where there is no config, and init does it without overwriting', async () => {
    const without = await upsize(['train']);
    assert.equal(without.code, 2);
    assert.match(without.errors, /no upsize\.json here.*48 images of 3 classes in photos\/.*upsize init/s);
    const tried = await upsize(['init', '--dry-run', '--json']);
    assert.equal(existsSync(inWorkspace('upsize.json')), false);
    const made = await upsize(['init', '--json']);
    assert.equal(made.output, tried.output);
    assert.equal(made.code, 0, made.errors);
    const written: unknown = JSON.parse(readFileSync(inWorkspace('upsize.json'), 'utf8'));
    assert.partialDeepStrictEqual(written, { dataset: 'photos', stages: [{ size: 48 }, { size: 96 }, { size: 192 }] });
    const { $schema } = z.object({ $schema: z.string() }).parse(written);
    assert.ok(existsSync(inWorkspace($schema)));
    const again = await upsize(['init']);
    assert.equal(again.code, 4);
    assert.match(again.errors, /--force/);
    assert.equal((await upsize(['init', '--force'])).code, 0);
  });

  it('names file, line, value and fix of what is wrong in a config, and trains nothing', async () => {
    writeFileSync(inWorkspace('upsize.json'), '{\n  "dataset": "photos",\n  "training": { "epoch": 2 }\n}');
    const { code, errors } = await upsize(['train']);
    assert.equal(code, 2);
    assert.equal(errors, 'upsize: upsize.json:3:17: There is no "epoch" in training. Did you mean "epochs"?\n');
    assert.deepEqual(workspace.store.list().runs, []);
    writeFileSync(inWorkspace('upsize.json'), JSON.stringify(config));
  });

  it('refuses options that cannot be meant, naming the option and what it may be', async () => {
    const say = async (...args: string[]) => {
      const { code, errors } = await upsize(args);
      assert.equal(code, 2, errors);
      return errors;
    };
    assert.match(await say('train', '--size', '5000'), /--size: it is 5000\. Set it to at most 1024\./);
    assert.match(await say('train', '--all', '--detach'), /cannot be detached/);
    assert.match(await say('train', '--strategy', 'resize', '--feeder', 'lean'), /belong to --strategy feeder/);
    assert.match(await say('train', '--stage', '4'), /There is no stage 4: the config has 3/);
    assert.match(await say('trian'), /Did you mean train/);
    assert.match(await say('runs', '--workspace', 'nowhere'), /nowhere: there is no such folder/);
    assert.match(await say('show', 'abc'), /no runs here yet/);
    const help = await upsize(['train', '--help']);
    assert.equal(help.code, 0);
    assert.match(help.output, /--learning-rate/);
  });

  it('trains all stages, each from the one before, and ends with the rows and a run card', async () => {
    const { code, output, errors } = await upsize(['train', '--all', '--json']);
    assert.equal(code, 0, errors);
    const { outcome, runs, card } = trainedSchema.parse(JSON.parse(output));
    assert.equal(outcome, 'completed');
    assert.deepEqual(
      runs.map(({ size, state }) => [size, state]),
      [
        [16, 'completed'],
        [32, 'completed'],
        [64, 'completed'],
      ],
    );
    assert.deepEqual(
      runs.map(({ parentId }) => parentId),
      [null, runs[0]?.id, runs[1]?.id],
    );
    assert.ok(runs.every(({ ladderId }) => ladderId === runs[0]?.id));
    const [, frozen, free] = runs.map((run) => 1 - run.trainableParameters / run.totalParameters);
    assert.ok(frozen !== undefined && free !== undefined && frozen > 5 * free, `${frozen} and ${free} stand still`);
    assert.match(errors, /epoch 2\/2 .*val_accuracy .*images\/s/);
    assert.match(
      errors,
      /parameters train, about .* a step, .*\n {2}new: .*s32_feeder_\w+ \(.*\n {2}of run \S+: \d+ layers, from s16_/,
    );
    const page = readFileSync(card ?? '', 'utf8');
    assert.ok(page.includes('Fruit &amp; &lt;script&gt;alert(1)&lt;/script&gt;'));
    assert.doesNotMatch(page, /<script|https?:\/\/|<link|@import|url\(/);
    assert.ok((page.match(/<img src="data:image\/webp;base64,/g) ?? []).length >= 12);
    assert.equal((page.match(/class="matrix"/g) ?? []).length, 3);
    assert.match(page, /tensors, unchanged: SHA-256/);
  });

  it('lists runs, for people and for programs', async () => {
    const { code, output } = await upsize(['runs', '--json']);
    assert.equal(code, 0);
    const rows = z.array(rowSchema).parse(JSON.parse(output));
    assert.equal(rows.length, 3);
    const [last] = rows.slice(-1);
    const table = await upsize(['runs']);
    assert.ok(last && table.output.includes(last.id));
    const shown = await upsize(['show', '--json']);
    assert.partialDeepStrictEqual(JSON.parse(shown.output), {
      id: last.id,
      prepared: { train: 39, validation: 9, test: 12 },
    });
    const people = await upsize(['show', last.id]);
    assert.match(people.output, /starts from\s+\d{8}-.*\n/);
    const file = inWorkspace('a card.html');
    assert.equal((await upsize(['show', 'last', '--card', file])).code, 0);
    assert.match(readFileSync(file, 'utf8'), /^<!doctype html>/);
  });

  it('compares runs and explains a class, for people and for programs', async () => {
    const { runs } = workspace.store.list();
    const ids = runs.slice(0, 2).map(({ id }) => id);
    const compared = await upsize(['compare', ...ids, '--json']);
    const rows = z
      .array(rowSchema.extend({ config: z.looseObject({ seed: z.number() }) }))
      .parse(JSON.parse(compared.output));
    assert.deepEqual(
      rows.map(({ id, size }) => [id, size]),
      [
        [ids[0], 16],
        [ids[1], 32],
      ],
    );
    const table = await upsize(['compare', ...ids]);
    assert.match(table.output, /val_accuracy +[\d.]+ % +[\d.]+ %/);
    const alone = await upsize(['compare', 'last', 'last']);
    assert.equal(alone.code, 2);
    assert.match(alone.errors, /needs two or more runs/);
    const explained: unknown = JSON.parse((await upsize(['show', 'last', '--class', 'kiwi', '--json'])).output);
    assert.partialDeepStrictEqual(explained, { className: 'kiwi', split: 'validation' });
    assert.match((await upsize(['show', 'last', '--class', 'kiwi'])).output, /recall +[\d.]+ %/);
    const unknown = await upsize(['show', 'last', '--class', 'plum']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.errors, /no class "plum"; there are apple, kiwi, lemon/);
  });

  it('prints problems of the data as compilers do, and a scan without its images', async () => {
    writeFileSync(inWorkspace('photos', 'train', 'kiwi', 'torn one.jpg'), 'no picture');
    try {
      const { output } = await upsize(['scan', '--problems']);
      assert.match(output, /^photos\/train\/kiwi\/torn one\.jpg:1:1: (warning|error): .*torn one\.jpg/m);
      assert.ok(
        output
          .trim()
          .split('\n')
          .every((line) => /^.+:1:1: (error|warning|info): ./.test(line)),
        output,
      );
      const summary: unknown = JSON.parse((await upsize(['scan', '--summary', '--json'])).output);
      assert.partialDeepStrictEqual(summary, { images: 60 });
    } finally {
      rmSync(inWorkspace('photos', 'train', 'kiwi', 'torn one.jpg'));
    }
  });

  it('says after the last stage that it was the last, and what could come next', async () => {
    const { code, output } = await upsize(['train', '--json']);
    assert.equal(code, 4);
    assert.partialDeepStrictEqual(JSON.parse(output), { outcome: 'done', suggestedSize: 128 });
    const people = await upsize(['train']);
    assert.match(people.output, /a larger size\s+upsize train --from \S+ --size 128/);
    const plan = await upsize(['train', '--stage', '2', '--epochs', '1', '--freeze', 'none', '--dry-run', '--json']);
    assert.equal(plan.code, 0);
    assert.partialDeepStrictEqual(JSON.parse(plan.output), {
      outcome: 'wouldTrain',
      stageIndex: 1,
      effective: { stage: { size: 32, freeze: 'none', training: { epochs: 1 } } },
    });
  });

  it('predicts by class names, names what it cannot read, and writes CSV', async () => {
    const folder = inWorkspace('photos', 'test', 'kiwi');
    writeFileSync(inWorkspace('not a picture.jpg'), 'text');
    const [first = ''] = readdirSync(folder);
    const { code, output } = await upsize(['predict', '--json', path.join(folder, first), 'not a picture.jpg']);
    assert.equal(code, 1);
    const [good, bad] = z
      .array(
        z.object({
          file: z.string(),
          probabilities: z.record(z.string(), z.number()).optional(),
          error: z.string().optional(),
        }),
      )
      .parse(JSON.parse(output));
    assert.deepEqual(Object.keys(good?.probabilities ?? {}), ['apple', 'kiwi', 'lemon']);
    const sum = Object.values(good?.probabilities ?? {}).reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - 1) < 1e-4);
    assert.match(bad?.error ?? '', /JPEG, PNG and WebP/);
    const csv = await upsize(['predict', folder, '--csv', 'out.csv']);
    assert.equal(csv.code, 0, csv.errors);
    const lines = readFileSync(inWorkspace('out.csv'), 'utf8').trim().split('\n');
    assert.equal(lines[0], 'file,class,apple,kiwi,lemon,error');
    assert.equal(lines.length, 5);
  });

  it('scores test images only when asked, and records each look', async () => {
    const recorded = await upsize(['evaluate', 'last', '--json']);
    const rows = z.array(rowSchema).parse(JSON.parse((await upsize(['runs', '--json'])).output));
    assert.partialDeepStrictEqual(JSON.parse(recorded.output), {
      split: 'validation',
      accuracy: rows.at(-1)?.valAccuracy,
      testLooks: 0,
    });
    for (const looks of [1, 2]) {
      const { code, output, errors } = await upsize(['evaluate', 'last', '--split', 'test', '--json']);
      assert.equal(code, 0, errors);
      const test = z
        .object({ split: z.literal('test'), testLooks: z.number(), images: z.array(z.object({ file: z.string() })) })
        .parse(JSON.parse(output));
      assert.equal(test.testLooks, looks);
      assert.equal(test.images.length, 12);
      assert.ok(test.images.every(({ file }) => file.startsWith('test/')));
    }
    const after = z.array(rowSchema).parse(JSON.parse((await upsize(['runs', '--json'])).output));
    assert.equal(after.at(-1)?.testLooks, 2);
    assert.equal(after.at(-1)?.state, 'completed');
  });

  it('scores another data set by class names, and leaves the run as it was', async () => {
    await workspace.addImages('others', 3);
    renameSync(inWorkspace('others', 'lemon'), inWorkspace('others', 'durian'));
    const looks = workspace.run(workspace.store.list().runs.at(-1)?.id ?? '').summary.lastSeq;
    const { code, output, errors } = await upsize(['evaluate', 'last', '--dataset', 'others', '--json']);
    assert.equal(code, 0, errors);
    const { images } = z.object({ images: z.array(z.object({ trueClass: z.string() })) }).parse(JSON.parse(output));
    assert.equal(images.length, 6);
    assert.match(errors, /does not know their classes: durian/);
    assert.equal(workspace.run(workspace.store.list().runs.at(-1)?.id ?? '').summary.lastSeq, looks);
  });

  it('stops, offers choices about the stopped run, and resumes it', async () => {
    const patient = { ...config, training: { ...config.training, earlyStopping: false } };
    writeFileSync(inWorkspace('upsize.json'), JSON.stringify(patient));
    const started = await upsize(['train', '--new-ladder', '--epochs', '400', '--detach', '--json']);
    assert.equal(started.code, 0, started.errors);
    const { id } = z.object({ outcome: z.literal('started'), id: z.string() }).parse(JSON.parse(started.output));
    const busy = await upsize(['train', '--json']);
    assert.equal(busy.code, 4);
    assert.partialDeepStrictEqual(JSON.parse(busy.output), { outcome: 'busy', runId: id });
    const guarded = await upsize(['clean', '--run', id, '--yes']);
    assert.equal(guarded.code, 4);
    await workspace.until(id, (run) => run.summary.epochs.length >= 2, 'in its third epoch');
    const stopped = await upsize(['stop', '--json']);
    assert.equal(stopped.code, 0, stopped.errors);
    assert.partialDeepStrictEqual(JSON.parse(stopped.output), { id, state: 'stopped' });
    const choose = await upsize(['train', '--json']);
    assert.equal(choose.code, 4);
    assert.partialDeepStrictEqual(JSON.parse(choose.output), {
      outcome: 'choose',
      runId: id,
      choices: ['resume', 'continueFromBest', 'retrain'],
    });
    assert.match((await upsize(['train'])).output, new RegExp(`upsize resume ${id}`));
    assert.equal((await upsize(['stop'])).code, 4);
    // Going on in the foreground, and leaving with Ctrl-C: the run stops in an orderly way.
    const { code, errors } = await upsize(['resume'], { interruptAt: [{ printed: /epoch \d+\/400/ }] });
    assert.equal(code, 3, errors);
    assert.match(errors, /Stopping.*Ctrl-C again leaves the run alone/);
    assert.match(errors, new RegExp(`upsize resume ${id}`));
    const run = workspace.run(id);
    assert.equal(run.state, 'stopped');
    assert.equal(run.summary.attempt, 2);
  });

  it('leaves a run that does not answer alone at the second Ctrl-C, and ends it by force', async () => {
    if (process.platform === 'win32') return;
    const newest = () => workspace.store.list().runs.at(-1)?.id ?? '';
    let pid = 0;
    const freeze = () => {
      pid = newestOwner(workspace.run(newest()).folder)?.pid ?? 0;
      // As a process that hangs in native code: it neither answers nor ends.
      process.kill(pid, 'SIGSTOP');
    };
    const followed = await upsize(['train', '--new-ladder', '--epochs', '1000'], {
      interruptAt: [{ printed: /epoch \d+\/1000/, before: freeze }, { printed: /Stopping/ }],
    });
    const id = newest();
    assert.equal(followed.code, 130, followed.errors);
    assert.match(followed.errors, /Left\. Run/);
    assert.equal(workspace.run(id).state, 'running');
    const forced = await upsize(['stop', '--force', '--json']);
    assert.equal(forced.code, 0, forced.errors);
    assert.partialDeepStrictEqual(JSON.parse(forced.output), { id, state: 'stopped' });
    const end = workspace.events(id).at(-1);
    assert.partialDeepStrictEqual(end, { type: 'state', state: 'stopped', signal: 'SIGKILL' });
    assert.match(workspace.run(id).summary.message ?? '', /did not stop when it was asked to/);
  });

  it('lists before it removes, never runs unless told, and those into the trash', async () => {
    const paths = workspacePaths(workspace.directory);
    const listed = await upsize(['clean']);
    assert.equal(listed.code, 0);
    assert.match(listed.output, /\.upsize\/cache.*Nothing was removed; --yes does it/s);
    assert.ok(existsSync(paths.cache));
    const before = workspace.store.list().runs.map(({ id }) => id);
    assert.equal((await upsize(['clean', '--yes'])).code, 0);
    assert.ok(!existsSync(paths.cache));
    assert.deepEqual(
      workspace.store.list().runs.map(({ id }) => id),
      before,
    );
    const last = before.at(-1) ?? '';
    assert.equal((await upsize(['clean', '--run', last])).code, 0);
    assert.ok(existsSync(path.join(paths.runs, last)));
    assert.equal((await upsize(['clean', '--run', last, '--yes'])).code, 0);
    assert.deepEqual(
      workspace.store.list().runs.map(({ id }) => id),
      before.slice(0, -1),
    );
    assert.ok(existsSync(path.join(paths.trash, last, 'run.json')));
  });

  it('says which engine it uses, and what a wrong choice may be', async () => {
    const { code, output } = await upsize(['engine', '--json'], { env: { UPSIZE_ENGINE: 'wasm' } });
    assert.equal(code, 0);
    const engine = z
      .object({ name: z.literal('wasm'), imagesPerSecond: z.number().positive() })
      .parse(JSON.parse(output));
    assert.equal(engine.name, 'wasm');
    const wrong = await upsize(['engine'], { env: { UPSIZE_ENGINE: 'cuda' } });
    assert.equal(wrong.code, 2);
    assert.equal(wrong.errors, 'upsize: UPSIZE_ENGINE is "cuda"; it must be auto, native or wasm.\n');
    const misplaced = await upsize(['engine', '--gpu']);
    assert.deepEqual(
      [misplaced.code, misplaced.errors],
      [2, 'upsize: --gpu goes with "install": "upsize engine install --gpu".\n'],
    );
  });

  it('lists the builds of the native engine that are installed', async function () {
    if (!findBuild('cpu').found) return this.skip();
    const { output } = await upsize(['engine'], { env: { UPSIZE_ENGINE: 'native' } });
    assert.match(output, /^Engine +native \(TensorFlow [\d.]+, tfjs [\d.]+\)\nInstalled for the processor/);
  });

  it('leaves no process behind', () => {
    for (const run of workspace.store.list().runs) assert.ok(!isLive(run.state), `${run.id} is ${run.state}`);
  });
});
