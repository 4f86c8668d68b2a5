import { strict as assert } from 'node:assert';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { decodeToSquare } from '../../../trainer/dataset/decode.ts';
import { ImageRefusal } from '../../../trainer/dataset/imageHeader.ts';
import { openPixels } from '../../../trainer/dataset/openPixels.ts';
import { scanDataset } from '../../../trainer/dataset/scanDataset.ts';
import { datasetOptions } from './datasetOptions.ts';
import { makePhotos, picture, prepare, writePicture } from './pictures.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A PNG that says it has 60,000 × 60,000 pixels. */
function hugePng(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(60_000, 0);
  header.writeUInt32BE(60_000, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.alloc(8)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Names that have broken programs before. Each is a good picture. */
const strangeNames = [
  'with space.jpg',
  `quote's "double".jpg`,
  'hash#1.jpg',
  'per%20cent%.jpg',
  'emoji 🍎🥝.jpg',
  'עברית ‮gnp.jpg',
  'semi;colon&amp $(sub) `tick`.jpg',
  'back\\slash.jpg',
  'new\nline.jpg',
  '-rf.jpg',
  `${'n'.repeat(251)}.jpg`,
  'UPPER.JPG',
  'dots.in.name.jpeg',
];

describe('a folder of hostile files', () => {
  it('names each refusal and trains on the rest', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 4, lime: 4 });
    const kiwi = path.join(photos, 'kiwi');
    const jpeg = await picture(500, 200, 150).jpeg().toBuffer();
    const bad: Record<string, [Buffer, kind: string, reason: RegExp]> = {
      'empty.jpg': [Buffer.alloc(0), 'empty', /empty file/],
      'cut.jpg': [jpeg.subarray(0, jpeg.length / 2), 'truncated', /ends early/],
      'cut.png': [(await picture(501, 200, 150).png().toBuffer()).subarray(0, 900), 'truncated', /ends early/],
      'cut.webp': [(await picture(502, 200, 150).webp().toBuffer()).subarray(0, 300), 'truncated', /ends early/],
      'tiny.jpg': [Buffer.from('bad'), 'unsupportedFormat', /text/],
      'header.jpg': [jpeg.subarray(0, 20), 'truncated', /ends early/],
      'text.jpg': [Buffer.from('This is not a picture.\n'), 'unsupportedFormat', /text/],
      'pointer.jpg': [Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'unsupportedFormat', /Git LFS/],
      'noise.jpg': [
        Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 89) % 251)),
        'unsupportedFormat',
        /not an image/,
      ],
      'broken.png': [
        Buffer.concat([
          jpeg.subarray(0, 0),
          Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
          Buffer.alloc(400, 7),
          Buffer.from('IEND'),
        ]),
        'unreadable',
        /cannot? be read|can be read/,
      ],
      'huge.png': [hugePng(), 'tooLarge', /60000 × 60000/],
      'really.jpg': [await picture(503).png().toBuffer(), 'wrongExtension', /PNG image named \.jpg/],
      'really.png': [await picture(504).webp().toBuffer(), 'wrongExtension', /WebP image named \.png/],
      'page.jpg': [
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>'),
        'unsupportedFormat',
        /SVG/,
      ],
      'drawing.svg': [Buffer.from('<svg/>'), 'unsupportedFormat', /\.svg/],
      'animation.gif': [await picture(505).gif().toBuffer(), 'unsupportedFormat', /\.gif/],
      'scan.tiff': [await picture(506).tiff().toBuffer(), 'unsupportedFormat', /\.tiff/],
      'gif.jpg': [await picture(507).gif().toBuffer(), 'unsupportedFormat', /a GIF/],
    };
    for (const [name, [bytes]] of Object.entries(bad)) await writeFile(path.join(kiwi, name), bytes);
    // Good ones with strange names or formats.
    for (const [at, name] of strangeNames.entries()) {
      await writePicture(path.join(kiwi, 'plain.jpg'), 600 + at);
      await rename(path.join(kiwi, 'plain.jpg'), path.join(kiwi, name));
    }
    await writeFile(path.join(kiwi, 'deep.png'), await picture(700).toColourspace('rgb16').png().toBuffer());
    await writeFile(path.join(kiwi, 'print.jpg'), await picture(701).toColourspace('cmyk').jpeg().toBuffer());
    const pages = await Promise.all([702, 703].map((seed) => picture(seed).png().toBuffer()));
    await writeFile(
      path.join(kiwi, 'moving.webp'),
      await sharp(pages, { join: { animated: true } })
        .webp()
        .toBuffer(),
    );
    // What is no picture at all and says so is passed over without a word.
    await writeFile(path.join(kiwi, 'notes.txt'), 'hello');
    await writeFile(path.join(kiwi, '.DS_Store'), 'x');
    await writeFile(path.join(kiwi, '._1.jpg'), 'x');
    // Links: out of the data set, to nothing, and in a circle.
    await writePicture(path.join(folder, 'secret', 'secret.jpg'), 800);
    await symlink(path.join(folder, 'secret', 'secret.jpg'), path.join(kiwi, 'outside.jpg'));
    await symlink(path.join(folder, 'secret'), path.join(photos, 'lime', 'outside'));
    await symlink(path.join(kiwi, 'gone'), path.join(kiwi, 'nothing.jpg'));
    await symlink(photos, path.join(photos, 'lime', 'circle'));
    await mkdir(path.join(kiwi, 'folder.jpg'));

    const prepared = await prepare(folder);
    const files = prepared.images.map(({ file }) => file);
    for (const name of [...strangeNames, 'deep.png', 'print.jpg', 'moving.webp']) {
      assert.ok(files.includes(`kiwi/${name}`), `kiwi/${name} is there`);
    }
    assert.equal(files.length, 8 + strangeNames.length + 3);
    const refused = new Map(prepared.problems.filter(({ leftOut }) => leftOut).map((one) => [one.file, one]));
    for (const [name, [, kind, reason]] of Object.entries(bad)) {
      const problem = refused.get(`kiwi/${name}`);
      assert.equal(problem?.kind, kind, `${name}: ${problem?.message ?? 'no problem'}`);
      assert.match(problem.message, reason);
      assert.ok(problem.message.includes(name));
    }
    assert.equal(refused.get('kiwi/outside.jpg')?.kind, 'outsideDataset');
    assert.equal(refused.get('lime/outside')?.kind, 'outsideDataset');
    assert.equal(refused.get('kiwi/nothing.jpg')?.kind, 'missing');
    assert.equal(refused.size, Object.keys(bad).length + 3);
    assert.equal(prepared.leftOut, refused.size);

    const pixels = await openPixels(prepared, 16);
    await pixels.read(prepared.train, new Uint8Array(new SharedArrayBuffer(prepared.train.length * 16 * 16 * 3)));
    await pixels.close();
    const scan = await scanDataset({
      options: datasetOptions({}),
      baseDirectory: folder,
      workspace: folder,
      sizes: [8, 16],
      seed: 1,
      cacheBytes: 1e9,
    });
    assert.equal(scan.leftOut, refused.size);
    assert.deepEqual(scan.images.file, files);
  });

  it('shows a name in a message without obeying it', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 2, lime: 2 });
    await writeFile(path.join(photos, 'kiwi', 'a\u202Egnp\u001b[2J\n.jpg'), 'text');
    const [problem] = (await prepare(folder)).problems;
    assert.equal(problem?.file, 'kiwi/a\u202Egnp\u001b[2J\n.jpg');
    assert.match(problem.message, /^kiwi\/a\\u202egnp\\u001b\[2J\\u000a\.jpg: a text file;/);
  });

  it('names the class that is left with too few images', async () => {
    const folder = await temporaryFolder();
    const photos = await makePhotos(folder, { kiwi: 3, lime: 1 });
    await writeFile(path.join(photos, 'lime', 'bad.jpg'), 'no picture');
    await mkdir(path.join(photos, 'plum'));
    await writeFile(path.join(photos, 'plum', 'bad.jpg'), '');
    await assert.rejects(prepare(folder), (error: Error) => {
      assert.equal(error.name, 'DatasetError');
      assert.match(error.message, /"lime" has one image/);
      assert.match(error.message, /"plum" has no image/);
      assert.doesNotMatch(error.message, /"kiwi"/);
      return true;
    });
    const scan = await scanDataset({
      options: datasetOptions({}),
      baseDirectory: folder,
      workspace: folder,
      sizes: [8],
      seed: 1,
      cacheBytes: 1e9,
    });
    assert.deepEqual(
      scan.problems.filter(({ kind }) => kind === 'smallClass').map(({ className }) => className),
      ['lime', 'plum'],
    );
  });

  it('names classes that nothing can be learned or said of', async () => {
    const folder = await temporaryFolder();
    const photos = path.join(folder, 'photos');
    for (const [at, file] of ['train/kiwi/1', 'train/kiwi/2', 'train/lime/1', 'train/lime/2', 'val/kiwi/1'].entries()) {
      await writePicture(path.join(photos, `${file}.jpg`), at);
    }
    const { problems } = await prepare(folder);
    assert.deepEqual(
      problems.map(({ kind, className, severity }) => [kind, className, severity]),
      [['smallClass', 'lime', 'warning']],
    );
    for (const n of [1, 2]) await writePicture(path.join(photos, 'val', 'plum', `${n}.jpg`), 20 + n);
    await assert.rejects(prepare(folder), /Class "plum" has validation images only/);
  });

  it('says what to do where there is nothing to train on', async () => {
    const folder = await temporaryFolder();
    await assert.rejects(prepare(folder), /photos: no such folder or file/);
    await mkdir(path.join(folder, 'photos'));
    await assert.rejects(prepare(folder), /no images\. Put JPEG, PNG or WebP files/);
    await writePicture(path.join(folder, 'photos', 'kiwi', '1.jpg'), 1);
    await writePicture(path.join(folder, 'photos', 'kiwi', '2.jpg'), 2);
    await assert.rejects(prepare(folder), /only one class \("kiwi"\)/);
    await writeFile(path.join(folder, 'list.txt'), '');
    await assert.rejects(prepare(folder, { options: datasetOptions({ path: 'list.txt' }) }), /neither a folder/);
  });

  it('decodes or refuses whatever bytes a file has, and never falls', async () => {
    const originals = await Promise.all([
      picture(1, 60, 50).jpeg().toBuffer(),
      picture(2, 60, 50).jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
      picture(3, 60, 50).png().toBuffer(),
      picture(4, 60, 50).webp().toBuffer(),
    ]);
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.nat(255) });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.array(change, { maxLength: 12 }),
        fc.double({ min: 0.02, max: 1 }),
        async (which, changes, share) => {
          const original = originals[which] ?? Buffer.alloc(0);
          const bytes = Buffer.from(original.subarray(0, Math.ceil(original.length * (share > 0.5 ? 1 : share * 2))));
          for (const { at, to } of changes) bytes[Math.floor(at * (bytes.length - 1))] = to;
          try {
            assert.equal((await decodeToSquare(bytes, 16, 'crop')).length, 16 * 16 * 3);
          } catch (error) {
            assert.ok(error instanceof ImageRefusal, String(error));
            refused++;
          }
        },
      ),
      { numRuns: 250 },
    );
    assert.ok(refused > 50 && refused < 250, `${refused} refused`);
  });
});
