import { strict as assert } from 'node:assert';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { groupsByName } from '../../../trainer/dataset/groupBy.ts';
import { listCsv } from '../../../trainer/dataset/csv.ts';
import { listDataset } from '../../../trainer/dataset/listDataset.ts';
import { datasetOptions } from './datasetOptions.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** Makes empty files: a listing opens none. */
async function touch(folder: string, ...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), '');
  }
}

const list = (folder: string, changes: Parameters<typeof datasetOptions>[0] = {}) =>
  listDataset(datasetOptions(changes), folder);

describe('listing a data set', () => {
  it('takes the first folder for the class, however deep the image lies', async () => {
    const folder = await temporaryFolder();
    await touch(folder, 'photos/kiwi/a.jpg', 'photos/kiwi/gold/ripe/b.png', 'photos/lime/c.webp', 'photos/readme.md');
    const { images, problems } = await list(folder);
    assert.deepEqual(
      images.map(({ file, label, split }) => [file, label, split]),
      [
        ['kiwi/a.jpg', 'kiwi', null],
        ['kiwi/gold/ripe/b.png', 'kiwi', null],
        ['lime/c.webp', 'lime', null],
      ],
    );
    assert.deepEqual(problems, []);
  });

  it('takes train, val and test folders for the split, and a class of that name for a class', async () => {
    const folder = await temporaryFolder();
    await touch(
      folder,
      'photos/train/kiwi/a.jpg',
      'photos/valid/kiwi/b.jpg',
      'photos/Test/lime/c.jpg',
      'photos/extra/lime/d.jpg',
      'photos/train/stray.jpg',
      'other/test/e.jpg',
      'other/kiwi/f.jpg',
    );
    const { images, problems } = await list(folder);
    assert.deepEqual(
      images.map(({ file, label, split }) => [file, label, split]),
      [
        ['Test/lime/c.jpg', 'lime', 'test'],
        ['train/kiwi/a.jpg', 'kiwi', 'train'],
        ['valid/kiwi/b.jpg', 'kiwi', 'validation'],
      ],
    );
    assert.deepEqual(
      problems.map(({ kind, file }) => [kind, file]),
      [
        ['noClass', null],
        ['noClass', 'train/stray.jpg'],
      ],
    );
    assert.match(problems[0]?.message ?? '', /extra\//);
    const other = await list(folder, { path: 'other' });
    assert.deepEqual(
      other.images.map(({ label }) => label),
      ['kiwi', 'test'],
    );
  });

  it('passes over a link to a folder that is listed itself, whichever name comes first', async () => {
    const folder = await temporaryFolder();
    await touch(folder, 'photos/zebra/a.jpg', 'photos/apple/b.jpg', 'photos/.kept/kiwi/c.jpg');
    const link = (target: string, ...at: string[]) =>
      symlink(path.join(folder, 'photos', target), path.join(folder, 'photos', ...at));
    await link('zebra', 'a horse');
    await link('zebra', 'apple', 'more');
    await link('apple', 'zebra', 'up');
    // Nobody else comes by these two.
    await link('.kept/kiwi', 'kiwi');
    await link('.kept/kiwi', 'lime');
    const { images } = await list(folder);
    assert.deepEqual(
      images.map(({ file, label }) => [file, label]),
      [
        ['apple/b.jpg', 'apple'],
        ['kiwi/c.jpg', 'kiwi'],
        ['zebra/a.jpg', 'zebra'],
      ],
    );
  });

  it('follows links to what lies beside the split, and to a split that lies elsewhere', async () => {
    const folder = await temporaryFolder();
    await touch(folder, 'photos/all/kiwi/a.jpg', 'photos/all/test/lime/b.jpg', 'photos/train/lime/c.jpg');
    await symlink(path.join(folder, 'photos', 'all', 'kiwi'), path.join(folder, 'photos', 'train', 'kiwi'));
    await symlink(path.join(folder, 'photos', 'all', 'test'), path.join(folder, 'photos', 'test'));
    await symlink(path.join(folder, 'photos', 'train', 'lime'), path.join(folder, 'photos', 'train', 'a lime'));
    const { images } = await list(folder);
    assert.deepEqual(
      images.map(({ file, label, split }) => [file, label, split]),
      [
        ['test/lime/b.jpg', 'lime', 'test'],
        ['train/kiwi/a.jpg', 'kiwi', 'train'],
        ['train/lime/c.jpg', 'lime', 'train'],
      ],
    );
  });

  it('reads a CSV file with split and group, and lists each row that it cannot use', async () => {
    const folder = await temporaryFolder();
    await touch(folder, 'pictures/a.jpg', 'pictures/b.jpg', 'pictures/with, comma.jpg');
    const rows = [
      '\ufeffpath,label,split,group',
      'pictures/a.jpg,kiwi,train,shop 1',
      'pictures\\b.jpg,lime,,',
      '"pictures/with, comma.jpg",lime,validation,shop 2',
      ',lime,,',
      'pictures/d.jpg,,,',
      'pictures/e.jpg,lime,sometimes,',
      '../../etc/passwd.jpg,lime,,',
      'pictures/a.jpg,lime,,',
    ];
    await writeFile(path.join(folder, 'list.csv'), rows.join('\r\n'));
    const { images, problems } = await list(folder, { path: 'list.csv' });
    assert.deepEqual(
      images.map(({ file, label, split, group }) => [file, label, split, group]),
      [
        ['pictures/a.jpg', 'kiwi', 'train', 'shop 1'],
        ['pictures/b.jpg', 'lime', null, null],
        ['pictures/with, comma.jpg', 'lime', 'validation', 'shop 2'],
      ],
    );
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['badCsvRow', 'badCsvRow', 'badCsvRow', 'outsideDataset', 'badCsvRow'],
    );
    assert.match(problems[0]?.message ?? '', /list\.csv, line 5: no path/);
    assert.match(problems[2]?.message ?? '', /"sometimes"/);
    await writeFile(path.join(folder, 'bad.csv'), 'file,class\na,b\n');
    await assert.rejects(list(folder, { path: 'bad.csv' }), /path, label not found among file, class/);
    // A file that goes away between the look at it and the read costs this data set, never the process.
    await assert.rejects(listCsv(path.join(folder, 'gone.csv'), folder), { code: 'ENOENT' });
  });

  it('applies the labels file: other labels, exclusions, and a word for what it does not know', async () => {
    const folder = await temporaryFolder();
    await touch(folder, 'photos/kiwi/a.jpg', 'photos/kiwi/b.jpg', 'photos/lime/c.jpg');
    const rows = ['path,label,excluded', 'kiwi/a.jpg,lime,', 'lime/c.jpg,,true', 'gone.jpg,lime,'];
    await writeFile(path.join(folder, 'upsize.labels.csv'), rows.join('\n'));
    const { images, excluded, relabelled, problems } = await list(folder);
    assert.deepEqual(
      images.map(({ file, label }) => [file, label]),
      [
        ['kiwi/a.jpg', 'lime'],
        ['kiwi/b.jpg', 'kiwi'],
      ],
    );
    assert.deepEqual(
      excluded.map(({ file }) => file),
      ['lime/c.jpg'],
    );
    assert.equal(relabelled, 1);
    assert.match(problems[0]?.message ?? '', /gone\.jpg/);
  });

  it('groups by a capture of the file name', async () => {
    const folder = await temporaryFolder();
    await touch(folder, 'photos/kiwi/shop1-a.jpg', 'photos/kiwi/shop1-b.jpg', 'photos/lime/plain.jpg');
    const { images } = await list(folder, { groupBy: '^(shop\\d+)-' });
    assert.deepEqual(
      images.map(({ group }) => group),
      ['shop1', 'shop1', null],
    );
  });

  it('refuses a groupBy that is no expression, or that never ends', () => {
    assert.throws(() => groupsByName('(', ['a']), /groupBy: "\(" is no regular expression/);
    assert.throws(() => groupsByName('a'.repeat(501), ['a']), /longer than 500/);
    assert.throws(() => groupsByName('^(a+)+$', [`${'a'.repeat(60)}!`]), /takes longer than 2 s/);
    assert.deepEqual(groupsByName('\\d+', ['a12b', 'none']), ['12', null]);
  });
});
