import { strict as assert } from 'node:assert';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openPixels } from '../../../trainer/dataset/openPixels.ts';
import { checkFreeDisk } from '../../../trainer/dataset/pixelCacheBudget.ts';
import { pixelFolder } from '../../../trainer/dataset/pixelStore.ts';
import { releaseDataset, type PreparedDataset } from '../../../trainer/dataset/prepareDataset.ts';
import type { Fit } from '../../../trainer/protocol/config.ts';
import { pixelVersion, preprocessingOf } from '../../../trainer/protocol/preprocessing.ts';
import { datasetOptions } from './datasetOptions.ts';
import { makePhotos, prepare, writePicture } from './pictures.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const recordBytes = 16 * 16 * 3;

/** All images at 16 pixels, and how many of them were not in the cache. */
async function readAll(prepared: PreparedDataset): Promise<{ all: Buffer; uncached: number }> {
  const pixels = await openPixels(prepared, 16);
  try {
    const all = Buffer.from(new SharedArrayBuffer(prepared.images.length * recordBytes));
    await pixels.read([...prepared.images.keys()], all);
    return { all, uncached: pixels.uncached };
  } finally {
    await pixels.close();
  }
}

/** Paths of the segments of decoded images. */
async function segments(folder: string, size = 16, fit: Fit = 'stretch'): Promise<string[]> {
  const own = pixelFolder(path.join(folder, '.upsize', 'cache'), preprocessingOf(size, fit));
  return (await readdir(own).catch(() => [])).map((name) => path.join(own, name));
}

describe('the cache of decoded images', () => {
  it('holds one file a size, and adds to it only what is new', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 3, lime: 3 });
    const announced: { images: number; bytes: number }[] = [];
    const onAnnounce = ({ images, bytes }: { images: number; bytes: number }) => announced.push({ images, bytes });
    await prepare(folder, { onAnnounce });
    assert.equal((await segments(folder)).length, 1);
    assert.equal((await segments(folder, 8)).length, 1);
    await writePicture(path.join(folder, 'photos', 'kiwi', 'new.jpg'), 99);
    const prepared = await prepare(folder, { onAnnounce });
    assert.deepEqual(
      announced.map(({ images }) => images),
      [6, 1],
    );
    assert.deepEqual(
      announced.map(({ bytes }) => bytes),
      [6 * (recordBytes + 192 + 64), recordBytes + 192 + 64],
    );
    assert.equal((await segments(folder)).length, 2);
    assert.equal((await readAll(prepared)).uncached, 0);
  });

  it('does not read what another version of the decoder left', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 3, lime: 3 });
    await releaseDataset(await prepare(folder, { sizes: [16] }));
    const own = path.dirname((await segments(folder))[0] ?? '');
    await rename(own, own.replace(`-v${pixelVersion}`, `-v${pixelVersion - 1}`));
    const announced: number[] = [];
    await prepare(folder, { sizes: [16], onAnnounce: ({ images }) => announced.push(images) });
    assert.deepEqual(announced, [6]);
  });

  it('gives images in any order, several in one call', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 8, lime: 8 });
    const prepared = await prepare(folder);
    const { all } = await readAll(prepared);
    const pixels = await openPixels(prepared, 16);
    const order = [15, 3, 4, 5, 5, 0, 1, 14, 2];
    const some = Buffer.from(new SharedArrayBuffer(order.length * recordBytes)).fill(1);
    await pixels.read(order, some);
    await pixels.close();
    for (const [at, index] of order.entries()) {
      const own = some.subarray(at * recordBytes, (at + 1) * recordBytes);
      assert.deepEqual(own, all.subarray(index * recordBytes, (index + 1) * recordBytes));
    }
  });

  it('is safe with two processes at once', async function () {
    this.timeout(60_000);
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 20, lime: 20 });
    const run = () =>
      promisify(execFile)(process.execPath, [path.join(import.meta.dirname, 'prepareChild.ts'), folder], {
        env: { ...process.env, NODE_NO_WARNINGS: '1' },
      });
    const results = await Promise.all([run(), run()]);
    const [first, second] = results.map(({ stdout }): unknown => JSON.parse(stdout));
    assert.deepEqual(first, second);
    const { all, uncached } = await readAll(await prepare(folder));
    assert.equal(uncached, 0);
    assert.equal(all.length, 40 * recordBytes);
  });

  it('is whole after a process was killed in the middle', async function () {
    this.timeout(60_000);
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 60, lime: 60 });
    const child = fork(path.join(import.meta.dirname, 'prepareChild.ts'), [folder], { silent: true });
    const ended = once(child, 'exit');
    const isWriting = async () => (await segments(folder)).some((file) => file.endsWith('.tmp'));
    while (child.exitCode === null && !(await isWriting())) await delay(2);
    child.kill('SIGKILL');
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    const { all, uncached } = await readAll(await prepare(folder));
    assert.equal(uncached, 0);
    await rm(path.join(folder, '.upsize'), { recursive: true });
    assert.deepEqual((await readAll(await prepare(folder))).all, all);
  });

  it('decodes anew what cacheBytes leaves no room for, to the same bytes', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 10, lime: 10 });
    const whole = await readAll(await prepare(folder, { sizes: [16] }));
    await rm(path.join(folder, '.upsize', 'cache'), { recursive: true });
    const messages: string[] = [];
    const onAnnounce = ({ message }: { message: string }) => messages.push(message);
    const prepared = await prepare(folder, { sizes: [16], cacheBytes: 8 * (recordBytes + 32), onAnnounce });
    const part = await readAll(prepared);
    assert.equal(part.uncached, 12);
    assert.deepEqual(part.all, whole.all);
    assert.match(messages[0] ?? '', /"cacheBytes" leaves no room for 12/);
  });

  it('evicts the least recently used, and nothing that a run uses', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 10, lime: 10 });
    const [old, used] = [
      await prepare(folder, { sizes: [16], options: datasetOptions({ fit: 'pad' }) }),
      await prepare(folder, { sizes: [16], options: datasetOptions({ fit: 'crop' }) }),
    ];
    const [oldFile = ''] = await segments(folder, 16, 'pad');
    const [usedFile = ''] = await segments(folder, 16, 'crop');
    const bytes = (await stat(oldFile)).size;
    const beside = await Promise.all(
      ['thumbnails', 'index'].map(async (name) => {
        const own = path.join(folder, '.upsize', 'cache', name);
        const sizes = (await readdir(own)).map(async (file) => (await stat(path.join(own, file))).size);
        return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      }),
    );
    const cacheBytes = bytes * 2.5 + beside.reduce((sum, size) => sum + size, 0);
    // Both are in use: nothing may go, so half of the new images find room.
    const squeezed = await prepare(folder, { sizes: [16], cacheBytes });
    assert.equal((await readAll(squeezed)).uncached, 10);
    assert.equal((await segments(folder, 16, 'pad')).length, 1);
    await releaseDataset(squeezed);
    // The older one is given up; the other is older by its time of use, and still in use.
    await releaseDataset(old);
    await utimes(usedFile, new Date(0), new Date(0));
    const roomy = await prepare(folder, { sizes: [16], cacheBytes });
    assert.equal((await readAll(roomy)).uncached, 0);
    assert.equal((await segments(folder, 16, 'pad')).length, 0);
    assert.deepEqual(await segments(folder, 16, 'crop'), [usedFile]);
    assert.equal((await readAll(used)).uncached, 0);
  });

  it('evicts by the time of last use', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 4, lime: 4 });
    for (const [fit, usedMs] of [
      ['pad', 2_000_000],
      ['crop', 1_000_000],
    ] as const) {
      await releaseDataset(await prepare(folder, { sizes: [64], options: datasetOptions({ fit }) }));
      const [file = ''] = await segments(folder, 64, fit);
      await utimes(file, new Date(usedMs), new Date(usedMs));
    }
    await prepare(folder, { sizes: [64], cacheBytes: 8 * 64 * 64 * 3 * 2.5 });
    const left = await Promise.all((['pad', 'crop', 'stretch'] as const).map((fit) => segments(folder, 64, fit)));
    assert.deepEqual(
      left.map((files) => files.length),
      [1, 0, 1],
    );
  });

  it('does without a damaged segment, and without what another process has left half-done', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 4, lime: 4 });
    const before = await readAll(await prepare(folder));
    const [segment = ''] = await segments(folder);
    await truncate(segment, 1000);
    const half = path.join(path.dirname(segment), 'abc.999999999.tmp');
    await writeFile(half, 'half');
    await utimes(half, new Date(0), new Date(0));
    const after = await readAll(await prepare(folder));
    assert.equal(after.uncached, 0);
    assert.deepEqual(after.all, before.all);
    assert.ok(!(await segments(folder)).includes(half));
  });

  it('refuses a file that has changed or gone since the run was prepared', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 2, lime: 2 });
    const prepared = await prepare(folder, { cacheBytes: 1 });
    const pixels = await openPixels(prepared, 16);
    const into = new Uint8Array(new SharedArrayBuffer(recordBytes));
    const file = path.join(photos, 'kiwi', '0.jpg');
    await pixels.read([0], into);
    const bytes = await readFile(file);
    await writePicture(file, 77);
    await assert.rejects(pixels.read([0], into), /kiwi\/0\.jpg: the file has changed since this run was prepared/);
    await rm(file);
    await assert.rejects(pixels.read([0], into), /kiwi\/0\.jpg: the file is not there\. Put the file back/);
    await writeFile(file, bytes);
    await pixels.read([0], into);
    await pixels.close();
  });

  it('says so when the disk has no room', async () => {
    const folder = await temporaryFolder();
    await assert.rejects(
      checkFreeDisk(folder, 1e18),
      /need 1000000000\.0 GB, and the disk has .* left\. Free some space/,
    );
    await checkFreeDisk(folder, 0);
  });
});
