import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ImageRefusal } from '../../../trainer/dataset/imageHeader.ts';
import { ImageFileReader, readImageFile } from '../../../trainer/dataset/readImageFile.ts';
import { temporaryFolder } from './temporaryFolder.ts';

describe('reading image files', () => {
  it('leaves it to the pool once a drive has been slow three times in a row', async () => {
    const file = path.join(await temporaryFolder(), 'one.jpg');
    await writeFile(file, 'bytes');
    let looks = 0;
    let clock = 0;
    let takesMs = 0;
    const reader = new ImageFileReader(() => {
      if (looks++ % 2 === 1) clock += takesMs;
      return clock;
    });
    // The pool's reads are not timed.
    const timed = [];
    for (const ms of [1, 9, 9, 1, 9, 9, 9, 9, 1]) {
      takesMs = ms;
      const before = looks;
      assert.equal(String(Buffer.from(await reader.read(file))), 'bytes');
      timed.push(looks > before);
    }
    assert.deepEqual(timed, [true, true, true, true, true, true, true, false, false]);
  });

  it('says of a file that is gone or no file what is wrong, whoever reads it', async () => {
    const folder = await temporaryFolder();
    for (const read of [readImageFile, (file: string) => new ImageFileReader().read(file)]) {
      const kindOf = async (file: string) =>
        await read(file).then(
          () => null,
          (error: unknown) => (error instanceof ImageRefusal ? error.kind : error),
        );
      assert.equal(await kindOf(path.join(folder, 'gone.jpg')), 'missing');
      assert.equal(await kindOf(folder), 'unreadable');
    }
  });
});
