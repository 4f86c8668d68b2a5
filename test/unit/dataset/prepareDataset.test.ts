import { strict as assert } from 'node:assert';
import { readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { classListChange } from '../../../trainer/dataset/classList.ts';
import { openPixels } from '../../../trainer/dataset/openPixels.ts';
import { countSmaller, type PreparedDataset } from '../../../trainer/dataset/prepareDataset.ts';
import { datasetOptions } from './datasetOptions.ts';
import { makePhotos, picture, prepare, writePicture } from './pictures.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** The side of each image by the hash of its file. */
const sidesOf = (prepared: PreparedDataset) => new Map(prepared.images.map((one) => [one.contentHash, one.split]));
const sideOf = (prepared: PreparedDataset, file: string) => prepared.images.find((one) => one.file === file)?.split;

describe('preparing a data set', () => {
  it('gives each class its share of validation images, and at least one', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { apple: 20, kiwi: 10, lime: 2 });
    const prepared = await prepare(folder);
    assert.deepEqual(prepared.classNames, ['apple', 'kiwi', 'lime']);
    assert.deepEqual(prepared.trainPerClass, [16, 8, 1]);
    assert.equal(prepared.validation.length, 4 + 2 + 1);
    assert.equal(prepared.test.length, 0);
    for (const [index, image] of prepared.images.entries()) {
      assert.equal(prepared.classNames[prepared.labels[index] ?? -1], path.dirname(image.file));
      const side = prepared.train.includes(index) ? 'train' : 'validation';
      assert.equal(image.split, side);
    }
    assert.equal(countSmaller(prepared.images, 31), 32);
    assert.equal(countSmaller(prepared.images, 30), 0);
  });

  it('reads no file a second time', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 3, lime: 3 });
    const file = path.join(photos, 'kiwi', '0.jpg');
    const mtime = new Date(1_700_000_000_000);
    await utimes(file, mtime, mtime);
    const first = await prepare(folder);
    // The same length and times, but no picture any more: only who reads it notices.
    await writeFile(file, Buffer.alloc((await stat(file)).size));
    await utimes(file, mtime, mtime);
    const announced: string[] = [];
    const second = await prepare(folder, { onAnnounce: ({ message }) => announced.push(message) });
    assert.equal(second.fingerprint, first.fingerprint);
    assert.deepEqual(second.images, first.images);
    assert.deepEqual(announced, []);
    // A changed time gives it away.
    await utimes(file, mtime, new Date(mtime.getTime() + 5000));
    const third = await prepare(folder);
    assert.equal(third.images.length, 5);
    assert.equal(third.problems[0]?.file, 'kiwi/0.jpg');
  });

  it('keeps each image on its side when it is renamed, relabelled or joined by others, and comes back', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 10, lime: 10 });
    const before = await prepare(folder);
    const known = sidesOf(before);
    const validated = before.images.filter(({ split }) => split === 'validation').map(({ file }) => file);
    const [relabelled = '', excluded = ''] = validated;
    await rename(path.join(photos, 'kiwi', '3.jpg'), path.join(photos, 'kiwi', 'z.jpg'));
    await writeFile(
      path.join(folder, 'upsize.labels.csv'),
      `path,label,excluded\n${relabelled},lime,\n${excluded},,true\n`,
    );
    for (let n = 0; n < 10; n++) await writePicture(path.join(photos, 'kiwi', `new${n}.jpg`), 300 + n);
    // Another seed in the config: what is saved goes on by its own.
    const after = await prepare(folder, { seed: 99 });
    assert.equal(after.images.length, 29);
    assert.equal(sideOf(after, excluded), undefined);
    assert.equal(after.images.find(({ file }) => file === relabelled)?.label, 1);
    for (const { contentHash, split } of after.images) {
      if (known.has(contentHash)) assert.equal(split, known.get(contentHash));
    }
    assert.ok(after.images.some(({ file, split }) => file.includes('new') && split === 'validation'));
    assert.notEqual(after.splitHash, before.splitHash);
    await rm(path.join(folder, 'upsize.labels.csv'));
    const again = await prepare(folder);
    assert.equal(sideOf(again, excluded), 'validation');
    assert.equal(again.labelsHash === after.labelsHash, false);
  });

  it('puts a later copy of an image on that image’s side', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 16, lime: 16 });
    const options = datasetOptions({ validationSplit: 0.4 });
    const before = await prepare(folder, { options });
    for (const [index, { file }] of before.images.entries()) {
      // The pictures of makePhotos have the seeds 1 to 32, in the order of the classes.
      const seed = 1 + (file.startsWith('lime') ? 16 : 0) + Number.parseInt(path.basename(file));
      await writePicture(path.join(photos, path.dirname(file), `near-${path.basename(file)}`), seed, 80 + index, 60);
    }
    const after = await prepare(folder, { options });
    assert.equal(after.images.length, 64);
    for (const { file, split } of before.images) {
      const near = path.posix.join(path.dirname(file), `near-${path.basename(file)}`);
      assert.equal(sideOf(after, near), split, near);
    }
  });

  it('assigns later images by the seed that was saved, not by the config’s', async () => {
    const sides = await Promise.all(
      [1, 99].map(async (seed) => {
        const folder = await temporaryFolder();
        const photos = await makePhotos(folder, { kiwi: 10, lime: 10 });
        await prepare(folder);
        for (let n = 0; n < 30; n++) await writePicture(path.join(photos, 'kiwi', `new${n}.jpg`), 300 + n);
        return sidesOf(await prepare(folder, { seed }));
      }),
    );
    assert.deepEqual(sides[0], sides[1]);
  });

  it('draws the same split whatever the names and order of the files, and another for another seed', async () => {
    const one = await temporaryFolder();
    const other = await temporaryFolder();
    await makePhotos(one, { kiwi: 12, lime: 12 });
    await makePhotos(other, { kiwi: 12, lime: 12 });
    for (const name of await readdir(path.join(other, 'photos', 'kiwi'))) {
      const from = path.join(other, 'photos', 'kiwi', name);
      await rename(from, path.join(path.dirname(from), `${100 - Number.parseInt(name)}.jpg`));
    }
    const [a, b] = [await prepare(one), await prepare(other)];
    assert.equal(a.splitHash, b.splitHash);
    assert.equal(a.fingerprint, b.fingerprint);
    assert.notDeepEqual(a.images, b.images);
    await rm(path.join(other, '.upsize'), { recursive: true });
    assert.notEqual((await prepare(other, { seed: 2 })).splitHash, a.splitHash);
  });

  it('keeps copies, near-duplicates and groups together', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 6, lime: 6 });
    for (let n = 0; n < 12; n++) {
      const kiwi = picture(400 + n, 160, 120);
      const pixels = await kiwi.png().toBuffer();
      const name = path.join(photos, n % 2 ? 'kiwi' : 'lime', `pair${n}`);
      await writeFile(`${name}-a.png`, pixels);
      await writeFile(`${name}-copy.png`, pixels);
      await writeFile(
        `${name}-small.webp`,
        await picture(400 + n, 90, 70)
          .webp({ quality: 60 })
          .toBuffer(),
      );
      await writePicture(path.join(photos, 'kiwi', `shop${n}_1.jpg`), 900 + n);
      await writePicture(path.join(photos, 'lime', `shop${n}_2.jpg`), 950 + n);
    }
    const prepared = await prepare(folder, {
      options: datasetOptions({ groupBy: '^(shop\\d+)_', validationSplit: 0.4 }),
    });
    for (let n = 0; n < 12; n++) {
      const name = `${n % 2 ? 'kiwi' : 'lime'}/pair${n}`;
      const side = sideOf(prepared, `${name}-a.png`);
      assert.equal(sideOf(prepared, `${name}-copy.png`), side, name);
      assert.equal(sideOf(prepared, `${name}-small.webp`), side, name);
      assert.equal(sideOf(prepared, `kiwi/shop${n}_1.jpg`), sideOf(prepared, `lime/shop${n}_2.jpg`));
    }
    assert.ok(prepared.validation.length > 8, `${prepared.validation.length} for validation`);
    assert.deepEqual(
      prepared.problems.filter(({ kind }) => kind === 'leak'),
      [],
    );
  });

  it('takes the split that the data set brings, says where it leaks, and never opens test images', async () => {
    const folder = await temporaryFolder();
    const photos = path.join(folder, 'photos');
    for (const [at, name] of ['kiwi', 'lime'].entries()) {
      for (let n = 0; n < 3; n++) {
        await writePicture(path.join(photos, 'train', name, `${n}.jpg`), 10 * at + n);
        await writePicture(path.join(photos, 'test', name, `${n}.jpg`), 50 + 10 * at + n);
      }
      await writePicture(path.join(photos, 'val', name, 'v.jpg'), 80 + at);
    }
    await writePicture(path.join(photos, 'val', 'kiwi', 'leak.png'), 0, 80, 60);
    await writePicture(path.join(photos, 'test', 'kiwi', 'leak.png'), 11, 80, 60);
    await writePicture(path.join(photos, 'test', 'plum', 'only.png'), 99);
    const prepared = await prepare(folder);
    assert.deepEqual([prepared.train.length, prepared.validation.length, prepared.test.length], [6, 3, 0]);
    assert.equal(prepared.testCount, 8);
    const leaks = prepared.problems.filter(({ kind }) => kind === 'leak');
    assert.deepEqual(
      leaks.map(({ file }) => file),
      ['val/kiwi/leak.png'],
    );
    const index = await readdir(path.join(folder, '.upsize', 'cache', 'index'));
    const known = await readFile(path.join(folder, '.upsize', 'cache', 'index', index[0] ?? ''), 'utf8');
    assert.doesNotMatch(known, /test\//);

    const tested = await prepare(folder, { includeTest: true });
    assert.deepEqual([tested.train.length, tested.validation.length, tested.test.length], [6, 3, 7]);
    assert.deepEqual(tested.classNames, ['kiwi', 'lime']);
    assert.equal(tested.splitHash, prepared.splitHash);
    assert.equal(tested.fingerprint, prepared.fingerprint);
    assert.ok(tested.problems.some(({ kind, file }) => kind === 'leak' && file === 'test/kiwi/leak.png'));
    assert.ok(tested.problems.some(({ kind, className }) => kind === 'noClass' && className === 'plum'));
  });

  it('takes validation images out of train/ where the data set brings test/ but no validation', async () => {
    const folder = await temporaryFolder();
    for (let n = 0; n < 20; n++) {
      const name = n % 2 === 0 ? 'kiwi' : 'lime';
      await writePicture(path.join(folder, 'photos', n < 4 ? 'test' : 'train', name, `${n}.jpg`), n + 1);
    }
    const first = await prepare(folder);
    assert.equal(first.testCount, 4);
    assert.equal(first.train.length, 12);
    assert.equal(first.validation.length, 4);
    assert.deepEqual(sidesOf(await prepare(folder, { seed: 9 })), sidesOf(first), 'the split is saved');
  });

  it('refuses a damaged split rather than drawing another, and one of a newer version', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 3, lime: 3 });
    await prepare(folder);
    const splits = path.join(folder, '.upsize', 'splits');
    const file = path.join(splits, (await readdir(splits))[0] ?? '');
    await writeFile(file, '{"version": 1, "seed"');
    await assert.rejects(prepare(folder), /the saved split is damaged\. Remove the file/);
    await writeFile(file, '{"version": 2}');
    await assert.rejects(prepare(folder), /newer Upsize \(version 2\)/);
  });

  it('says how a class list has changed', () => {
    assert.equal(classListChange(['a', 'b'], ['a', 'b']), null);
    const change = classListChange(['a', 'b'], ['a', 'c']);
    assert.deepEqual([change?.added, change?.removed], [['c'], ['b']]);
    assert.match(change?.message ?? '', /new: c; gone: b.*A new ladder starts/);
  });

  it('stops when it is told to, and keeps what it has decoded', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 30, lime: 30 });
    const stop = new AbortController();
    const onProgress = (done: number, total: number, phase: string) => {
      if (phase === 'decode' && done > 0 && done < total) stop.abort(new Error('enough'));
    };
    await assert.rejects(prepare(folder, { signal: stop.signal, onProgress }), /enough/);
    const decoded: number[] = [];
    const prepared = await prepare(folder, { onAnnounce: ({ images }) => decoded.push(images) });
    assert.equal(prepared.images.length, 60);
    assert.ok((decoded[0] ?? 60) < 60, `${decoded.join()} left to decode`);
  });

  const photos = process.env['UPSIZE_PHOTOS'];
  (photos ? it : it.skip)('prepares real photographs [UPSIZE_PHOTOS]', async function () {
    this.timeout(300_000);
    const folder = await temporaryFolder();
    const prepared = await prepare(folder, { options: datasetOptions({ path: photos ?? '' }), sizes: [48] });
    assert.equal(prepared.images.length, 1253);
    assert.equal(prepared.classNames.length, 19);
    assert.equal(prepared.leftOut, 0);
    const share = prepared.validation.length / prepared.images.length;
    assert.ok(share > 0.18 && share < 0.22);
    const pixels = await openPixels(prepared, 48);
    const all = new Uint8Array(new SharedArrayBuffer(prepared.images.length * 48 * 48 * 3));
    await pixels.read([...prepared.images.keys()], all);
    await pixels.close();
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    assert.ok(mean > 60 && mean < 200, `mean ${mean}`);
  });
});
