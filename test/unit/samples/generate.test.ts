import { strict as assert } from 'node:assert';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { generateSample } from '../../../samples/generate.ts';
import type { SampleSummary } from '../../../samples/generate.ts';
import { paintPicture } from '../../../samples/paintPicture.ts';
import { classSizes, planSample } from '../../../samples/plan.ts';

/** Of the sample with seed 1 and 60 pictures. A change here changes every figure that was measured on the sample: raise its version too. */
const pinnedHash = 'aa2a6252ddedf25b847cff51a86c7e7441d1df6e81c2c44a06e90ac4ea15328d';

describe('generating the sample', function () {
  this.timeout(240_000);
  let root: string;
  let directory: string;
  let summary: SampleSummary;
  const progress: number[] = [];

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'upsize-sample-'));
    directory = path.join(root, 'small');
    summary = await generateSample({ directory, seed: 1, count: 60, onProgress: (done) => progress.push(done) });
  });
  after(() => rm(root, { recursive: true, force: true }));

  const rows = async (list: string): Promise<string[][]> => {
    const text = await readFile(path.join(directory, list), 'utf8');
    return text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
  };

  it('writes the pictures that it says, each readable and of its planned size, in a folder for each class', async () => {
    assert.deepEqual(await readdir(directory), [
      'near-duplicates.csv',
      'photos',
      'placeholders.csv',
      'sample.json',
      'wrong-labels.csv',
    ]);
    for (const { kind, pictures } of classSizes(60)) {
      assert.equal((await readdir(path.join(directory, 'photos', kind.name))).length, pictures, kind.name);
      assert.equal(summary.classes[kind.name], pictures);
    }
    let grey = 0;
    for (const plan of planSample(1, 60)) {
      const { width, height, format, channels } = await sharp(path.join(directory, plan.path)).metadata();
      assert.equal(format, plan.format === 'jpg' ? 'jpeg' : plan.format);
      if (plan.flaw === 'none') assert.deepEqual([width, height], [plan.width, plan.height]);
      if (channels === 1) grey += 1;
      if (plan.grey && plan.format === 'jpg' && plan.flaw === 'none') assert.equal(channels, 1, plan.path);
    }
    assert.ok(grey <= summary.grey);
    assert.equal(progress.at(-1), 60);
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
  });

  it('gives the same bytes each time, on one thread or several, and other bytes for another seed', async () => {
    assert.equal(summary.sha256, pinnedHash);
    const large = path.join(root, 'threads');
    const several = await generateSample({ directory: large, seed: 1, count: 310 });
    const plans = planSample(1, 310);
    for (const plan of plans.filter((_, index) => index % 31 === 0)) {
      assert.deepEqual(await readFile(path.join(large, plan.path)), await paintPicture(plan, 1), plan.path);
    }
    const files = await readdir(path.join(large, 'photos'), { recursive: true, withFileTypes: true });
    assert.equal(files.filter((file) => file.isFile()).length, several.count);
    const other = await generateSample({ directory: path.join(root, 'other'), seed: 2, count: 60 });
    assert.notEqual(other.sha256, summary.sha256);
  });

  it('lists the wrong labels: each listed picture is that of its true fruit, and no other picture is wrong', async () => {
    const wrong = await rows('wrong-labels.csv');
    assert.equal(wrong.length, summary.wrongLabels);
    const plans = new Map(planSample(1, 60).map((plan) => [plan.path, plan]));
    for (const [file = '', label = '', shows = ''] of wrong) {
      const plan = plans.get(file)!;
      assert.equal(file.split('/')[1], label);
      assert.notEqual(label, shows);
      const bytes = await readFile(path.join(directory, file));
      assert.deepEqual(bytes, await paintPicture({ ...plan, shows }, 1), 'it is the true fruit');
      assert.notDeepEqual(bytes, await paintPicture({ ...plan, shows: label }, 1), 'it is not what its folder says');
    }
    for (const plan of plans.values()) {
      if (plan.flaw !== 'none') continue;
      const bytes = await readFile(path.join(directory, plan.path));
      assert.deepEqual(bytes, await paintPicture({ ...plan, shows: plan.label }, 1), plan.path);
    }
  });

  it('lists the near-duplicates: each looks like its source and is another file', async () => {
    const pairs = await rows('near-duplicates.csv');
    assert.equal(pairs.length, summary.nearDuplicates);
    const thumbnail = async (file: string): Promise<number[]> => [
      ...(await sharp(path.join(directory, file)).grayscale().resize(12, 12, { fit: 'fill' }).raw().toBuffer()),
    ];
    const apart = async (a: string, b: string): Promise<number> => {
      const [first, second] = [await thumbnail(a), await thumbnail(b)];
      return first.reduce((sum, value, index) => sum + Math.abs(value - second[index]!), 0) / first.length;
    };
    for (const [copy = '', source = ''] of pairs) {
      assert.ok((await apart(copy, source)) < 16, `${copy} looks like ${source}`);
      assert.notDeepEqual(await readFile(path.join(directory, copy)), await readFile(path.join(directory, source)));
    }
  });

  it('lists the placeholders: the very same file several times, and nowhere else', async () => {
    const listed = (await rows('placeholders.csv')).map(([file = '']) => file);
    assert.equal(listed.length, summary.placeholders);
    const stock = await readFile(path.join(directory, listed[0]!));
    for (const { path: file } of planSample(1, 60)) {
      const same = stock.equals(await readFile(path.join(directory, file)));
      assert.equal(same, listed.includes(file), file);
    }
  });

  it('leaves a sample that is already there as it is, and refuses to touch other pictures', async () => {
    assert.deepEqual(await generateSample({ directory, seed: 1, count: 60 }), summary);
    await assert.rejects(
      generateSample({ directory, seed: 2, count: 60 }),
      /already pictures here.*Move or delete them/s,
    );
    const own = path.join(root, 'own');
    await mkdir(path.join(own, 'photos'), { recursive: true });
    await writeFile(path.join(own, 'photos', 'mine.jpg'), 'mine');
    await assert.rejects(generateSample({ directory: own, count: 60 }), /already pictures here/);
    assert.deepEqual(await readdir(own, { recursive: true }), ['photos', path.join('photos', 'mine.jpg')]);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const stopped = path.join(root, 'stopped');
    const stop = new AbortController();
    const work = generateSample({
      directory: stopped,
      count: 400,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await assert.rejects(work, /enough/);
    assert.deepEqual(await readdir(stopped), []);
  });
});
