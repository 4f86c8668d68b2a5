import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describeFoundDataset, findDatasets } from '../../../trainer/commands/findDatasets.ts';

describe('finding data sets', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'upsize-find-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const touch = (...names: string[]) => {
    for (const name of names) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), '');
    }
  };
  const found = () => findDatasets(folder).map(({ path: place, classes, images }) => [place, classes, images]);

  it('finds class folders here or below, the largest first, and CSV files', () => {
    touch(
      'small/a/1.jpg',
      'small/b/1.png',
      'deep/er/photos/a/1.jpeg',
      'deep/er/photos/a/2.webp',
      'deep/er/photos/b/1.JPG',
    );
    writeFileSync(path.join(folder, 'list.csv'), 'path,label\nx.jpg,a\ny.jpg,b\nz.jpg,a\nw.jpg,b\n');
    writeFileSync(path.join(folder, 'other.csv'), 'name,price\nx,1\n');
    assert.deepEqual(found(), [
      ['list.csv', 2, 4],
      ['deep/er/photos', 2, 3],
      ['small', 2, 2],
    ]);
  });

  it('takes train/ with its classes for one data set, not its parts for many', () => {
    touch('photos/train/a/1.jpg', 'photos/train/b/1.jpg', 'photos/test/a/1.jpg', 'photos/test/b/1.jpg');
    assert.deepEqual(found(), [['photos', 2, 2]]);
  });

  it('takes the folder itself, and neither code nor pictures without classes', () => {
    touch(
      'node_modules/a/1.png',
      'node_modules/b/1.png',
      '.hidden/a/1.png',
      '.hidden/b/1.png',
      'docs/1.png',
      'only/1.jpg',
    );
    assert.deepEqual(found(), [['.', 2, 2]]);
    rmSync(path.join(folder, 'docs'), { recursive: true });
    assert.deepEqual(found(), []);
    assert.deepEqual(findDatasets(path.join(folder, 'nowhere')), []);
  });

  it('is described with its numbers', () => {
    const dataset = { path: 'photos', classes: 12, images: 1960, atLeast: false };
    assert.equal(describeFoundDataset(dataset), '1,960 images of 12 classes in photos/');
    assert.equal(
      describeFoundDataset({ ...dataset, path: '.', atLeast: true }),
      'at least 1,960 images of 12 classes here',
    );
  });
});
