import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chooseDemoPlan, secondsOf } from '../../../scripts/demoPlan.ts';
import { demoWorkspaceName, findDemoPhotos, writeDemoConfig } from '../../../scripts/demoWorkspace.ts';
import { configSchema } from '../../../trainer/protocol/config.ts';

describe('the plan of the demo', () => {
  it('grows with the speed of the engine, up to the whole sample at 192 pixels', () => {
    const fast = chooseDemoPlan({ usesWasm: false, imagesPerSecond: 2000 });
    const slow = chooseDemoPlan({ usesWasm: false, imagesPerSecond: 60 });
    assert.deepEqual(fast.sizes, [48, 96, 192]);
    assert.equal(fast.images, 2000);
    const request = { usesWasm: false, imagesPerSecond: 60 };
    assert.ok(secondsOf(slow, request) < secondsOf(fast, request), 'a slow machine is asked for less');
  });

  it('leaves time for the set-up within its 12 minutes', () => {
    for (const images of [undefined, 1253]) {
      for (const imagesPerSecond of [200, 400, 2000]) {
        const request = { usesWasm: false, imagesPerSecond, ...(images === undefined ? {} : { images }) };
        const seconds = secondsOf(chooseDemoPlan(request), request);
        assert.ok(seconds <= 9 * 60, `${Math.round(seconds)} s at ${imagesPerSecond} images/s`);
      }
    }
  });

  it('is smaller on WASM: fewer pictures, half the sizes', () => {
    const plan = chooseDemoPlan({ usesWasm: true, imagesPerSecond: 60 });
    assert.deepEqual(plan.sizes, [12, 24, 48]);
    assert.ok(plan.images < 1000);
  });

  it('counts the user’s own images, whose larger stages cost little more than the first', () => {
    const request = { usesWasm: false, imagesPerSecond: 400, images: 1253 };
    const plan = chooseDemoPlan(request);
    assert.equal(plan.images, 1253);
    const { images: own, ...sample } = request;
    assert.ok(own > 0 && secondsOf(plan, request) < secondsOf(plan, sample));
  });
});

describe('a demo on the user’s own photos', () => {
  let folder: string;
  const place = (file: string) => {
    const absolute = path.join(folder, file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, '');
  };
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'upsize-demo-')));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes every class of the folder it is given, also where images lie deeper', async () => {
    for (const file of ['apple/golden/1.jpg', 'apple/red/2.jpg', 'kiwi/green/3.jpg']) place(file);
    const photos = await findDemoPhotos(folder);
    assert.equal(photos?.dataset, folder);
    assert.equal(photos.images, 3);
    assert.match(photos.description, /^3 images of 2 classes in /);
  });

  it('looks for the data set inside where the folder holds none itself', async () => {
    for (const file of ['data/photos/apple/1.jpg', 'data/photos/kiwi/2.jpg', 'notes/read.txt']) place(file);
    assert.equal((await findDemoPhotos(folder))?.dataset, path.join(folder, 'data', 'photos'));
  });

  it('finds nothing where there are no images, and leaves the folder as it was', async () => {
    place('notes/read.txt');
    assert.equal(await findDemoPhotos(folder), null);
    assert.deepEqual(readdirSync(folder), ['notes']);
  });

  it('has a workspace for each folder and engine, whatever the folder is called', () => {
    const names = [
      demoWorkspaceName('/a/fruit', 'native'),
      demoWorkspaceName('/b/fruit', 'native'),
      demoWorkspaceName('/a/fruit', 'wasm'),
      demoWorkspaceName('/a/果物', 'native'),
      demoWorkspaceName('/b/果物', 'native'),
    ];
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[\w-]+$/);
  });

  it('writes a config that stands, and leaves one that is there alone', () => {
    const workspace = path.join(folder, 'workspace');
    const plan = { images: 3, sizes: [48, 96], epochs: [4, 2] };
    assert.ok(writeDemoConfig(workspace, { name: 'Fruit', dataset: '/a/fruit' }, plan));
    const file = path.join(workspace, 'upsize.json');
    const written = readFileSync(file, 'utf8');
    const { stages } = configSchema.parse(JSON.parse(written));
    assert.deepEqual(
      stages.map(({ size, epochs }) => [size, epochs]),
      [
        [48, 4],
        [96, 2],
      ],
    );
    assert.ok(!writeDemoConfig(workspace, { name: 'Other', dataset: '/b' }, plan));
    assert.equal(readFileSync(file, 'utf8'), written);
  });
});
