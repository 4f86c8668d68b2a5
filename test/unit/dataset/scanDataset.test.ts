import { strict as assert } from 'node:assert';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { densityPeak, distributionOf, suggestSizes } from '../../../trainer/dataset/distribution.ts';
import { scanDataset } from '../../../trainer/dataset/scanDataset.ts';
import { scanFile, scanSummaryFile } from '../../../trainer/protocol/scanFile.ts';
import { scanSchema, scanSplits, scanSummary, scanSummarySchema, type Scan } from '../../../trainer/protocol/scan.ts';
import { datasetOptions } from './datasetOptions.ts';
import { makePhotos, picture, prepare, writePicture } from './pictures.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const scan = (folder: string, changes: Partial<Parameters<typeof scanDataset>[0]> = {}) =>
  scanDataset({
    options: datasetOptions({}),
    baseDirectory: folder,
    workspace: folder,
    sizes: [16, 35, 64],
    seed: 1,
    cacheBytes: 1e9,
    ...changes,
  });

const files = (one: Scan, groups: number[][]) => groups.map((group) => group.map((index) => one.images.file[index]));

describe('scanning a data set', () => {
  it('counts classes, sides, grey, small and same images', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 8, lime: 6 });
    for (let n = 0; n < 3; n++) await writePicture(path.join(photos, 'lime', `large${n}.png`), 200 + n, 100, 80);
    await writeFile(path.join(photos, 'kiwi', 'grey.jpg'), await picture(300, 40, 30).greyscale().jpeg().toBuffer());
    await copyFile(path.join(photos, 'kiwi', '0.jpg'), path.join(photos, 'kiwi', 'copy.jpg'));
    await copyFile(path.join(photos, 'lime', '0.jpg'), path.join(photos, 'kiwi', 'wrong.jpg'));
    await writePicture(path.join(photos, 'lime', 'near.webp'), 200, 70, 56);
    for (let n = 0; n < 5; n++) await writePicture(path.join(photos, n % 2 ? 'kiwi' : 'lime', `none${n}.png`), 400);
    await writePicture(path.join(photos, 'test', 'lime', 'tested.jpg'), 500);
    await writeFile(path.join(photos, 'lime', 'bad.jpg'), 'bad');
    const result = await scan(folder);
    scanSchema.parse(result);

    const [kiwi, lime] = result.classes;
    assert.deepEqual([kiwi?.name, kiwi?.images, lime?.name, lime?.images], ['kiwi', 13, 'lime', 14]);
    assert.equal((kiwi?.train ?? 0) + (kiwi?.validation ?? 0), 13);
    assert.equal(lime?.test, 1);
    assert.equal(lime.leftOut, 1);
    assert.deepEqual(
      [kiwi?.tooSmall, lime.tooSmall],
      [
        [0, 13, 13],
        [0, 10, 11],
      ],
    );
    assert.deepEqual(result.tooSmall, [0, 23, 24]);
    assert.deepEqual(files(result, [result.grey]), [['kiwi/grey.jpg']]);
    assert.deepEqual(files(result, result.duplicates).slice(0, 2), [
      ['kiwi/0.jpg', 'kiwi/copy.jpg'],
      ['kiwi/none1.png', 'kiwi/none3.png', 'lime/none0.png', 'lime/none2.png', 'lime/none4.png'],
    ]);
    assert.deepEqual(files(result, result.nearDuplicates), [['lime/large0.png', 'lime/near.webp']]);
    assert.equal(result.placeholders.length, 1);
    assert.deepEqual([kiwi?.placeholders, lime.placeholders], [2, 3]);
    const kinds = new Map(result.problems.map((problem) => [problem.kind, problem]));
    assert.match(kinds.get('placeholder')?.message ?? '', /stands in for 5 images/);
    assert.match(kinds.get('duplicateAcrossClasses')?.message ?? '', /kiwi\/wrong\.jpg, lime\/0\.jpg/);
    assert.match(kinds.get('duplicate')?.message ?? '', /kiwi\/0\.jpg, kiwi\/copy\.jpg/);
    assert.match(kinds.get('nearDuplicate')?.message ?? '', /large0\.png, lime\/near\.webp/);
    assert.equal(kinds.get('unsupportedFormat')?.file, 'lime/bad.jpg');
    assert.match(kinds.get('tooSmall')?.message ?? '', /24 images \(89 %\) are smaller than 64 pixels/);
    // What is written for the views is what was told.
    const written: unknown = JSON.parse(await readFile(scanFile(folder, result.source), 'utf8'));
    assert.deepEqual(scanSchema.parse(written), result);
    const summary: unknown = JSON.parse(await readFile(scanSummaryFile(folder, result.source), 'utf8'));
    assert.deepEqual(scanSummarySchema.parse(summary), scanSummary(result));
  });

  it('shows the split that training has, and saves none itself', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 9, lime: 9 });
    const before = await scan(folder);
    assert.ok(!(await readdir(path.join(folder, '.upsize'))).includes('splits'));
    const prepared = await prepare(folder, { seed: 1 });
    const sides = new Map(prepared.images.map(({ file, split }) => [file, split]));
    // Another seed shows the saved split all the same.
    for (const result of [before, await scan(folder, { seed: 7 })]) {
      for (const [index, file] of result.images.file.entries()) {
        assert.equal(scanSplits[result.images.split[index] ?? -1], sides.get(file));
      }
    }
  });

  it('still shows what the labels file takes out, and counts it nowhere', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 4, lime: 4 });
    await copyFile(path.join(photos, 'kiwi', '1.jpg'), path.join(photos, 'kiwi', '5.jpg'));
    const rows = 'path,label,excluded\nkiwi/1.jpg,,true\nlime/2.jpg,kiwi,\n';
    await writeFile(path.join(folder, 'upsize.labels.csv'), rows);
    const result = await scan(folder);
    assert.equal(result.images.file.length, 9);
    assert.deepEqual(files(result, [result.excluded]), [['kiwi/1.jpg']]);
    assert.deepEqual(result.excluded, [8]);
    assert.ok((result.images.sheet[8] ?? -1) >= 0);
    assert.deepEqual(
      result.classes.map(({ images }) => images),
      [5, 3],
    );
    assert.deepEqual(result.duplicates, []);
    assert.equal(result.relabelled, 1);
    assert.deepEqual(result.tooSmall, [0, 8, 8]);
    assert.equal((await prepare(folder)).images.length, 8);
  });

  it('puts a thumbnail of each image into the atlas', async () => {
    const folder = await temporaryFolder();
    const photos = path.join(folder, 'photos');
    const colours = ['#ff0000', '#00ff00', '#0000ff', '#ffffff'];
    for (const [at, colour] of colours.entries()) {
      for (const [name, width, height] of [
        ['wide', 200, 50],
        ['tiny', 10, 20],
      ] as const) {
        const file = path.join(photos, name, `${at}.png`);
        await mkdir(path.dirname(file), { recursive: true });
        await sharp({ create: { width, height, channels: 3, background: colour } })
          .png()
          .toFile(file);
      }
    }
    const result = await scan(folder, { cachePixels: false });
    const { atlas, images } = result;
    assert.equal(atlas.sheets.length, 1);
    const sheet = path.join(folder, '.upsize', 'cache', 'thumbnails', atlas.sheets[0] ?? '');
    const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true });
    assert.equal(info.width, atlas.cell * atlas.columns);
    for (const [index, file] of images.file.entries()) {
      const cell = images.cell[index] ?? -1;
      const size = [images.cellWidth[index] ?? 0, images.cellHeight[index] ?? 0];
      assert.deepEqual(size, file.startsWith('wide') ? [64, 16] : [10, 20]);
      const x = (cell % atlas.columns) * atlas.cell + Math.floor((size[0] ?? 0) / 2);
      const y = Math.floor(cell / atlas.columns) * atlas.cell + Math.floor((size[1] ?? 0) / 2);
      const colour = colours[Number.parseInt(path.basename(file))] ?? '';
      for (const channel of [0, 1, 2]) {
        const expected = Number.parseInt(colour.slice(1 + 2 * channel, 3 + 2 * channel), 16);
        const seen = data[(y * info.width + x) * 3 + channel] ?? -1;
        assert.ok(Math.abs(seen - expected) < 12, `${file}: ${seen} instead of ${expected}`);
      }
    }
    // A second scan makes no second sheet.
    assert.deepEqual((await scan(folder, { cachePixels: false })).atlas, atlas);
  });

  it('leaves nothing to decode for the training that follows', async () => {
    const folder = await temporaryFolder();
    await makePhotos(folder, { kiwi: 3, lime: 3 });
    await scan(folder);
    const announced: string[] = [];
    await prepare(folder, { sizes: [16, 64], onAnnounce: ({ message }) => announced.push(message) });
    assert.deepEqual(announced, []);
  });

  it('finds the peak of a density and the sizes that suit it', () => {
    const values = Float64Array.from(
      { length: 3000 },
      (_, i) => 128 + 30 * Math.sin(i) * Math.sin(i * 7.1) + (i % 9 === 0 ? 300 : 0),
    );
    const peak = densityPeak(values.sort());
    assert.ok(Math.abs(peak - 128) < 6, `peak at ${peak}`);
    assert.deepEqual(suggestSizes(128), [48, 96, 192]);
    assert.deepEqual(suggestSizes(348), [112, 224, 448]);
    assert.deepEqual(suggestSizes(20), [16, 32, 64]);
    const spread = distributionOf([10, 20, 20, 20, 30]);
    assert.deepEqual([spread.min, spread.median, spread.max], [10, 20, 30]);
    assert.equal(
      spread.counts.reduce((sum, count) => sum + count, 0),
      5,
    );
    assert.equal(spread.edges.length, spread.counts.length + 1);
    assert.ok(Math.abs(spread.peak - 20) < 1);
    assert.equal(densityPeak(Float64Array.of(7, 7, 7)), 7);
  });
});
