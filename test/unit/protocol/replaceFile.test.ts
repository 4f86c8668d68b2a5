import { strict as assert } from 'node:assert';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  replaceFile,
  replaceFileDurably,
  replaceFileSync,
  replaceLargeFileDurably,
} from '../../../trainer/protocol/replaceFile.ts';

describe('replaceFile', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'upsize-replace-'));
    file = path.join(folder, 'record.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ways = {
    replaceFile,
    replaceFileSync: async (target: string, content: string) => Promise.resolve(replaceFileSync(target, content)),
    replaceFileDurably: async (target: string, content: string) => Promise.resolve(replaceFileDurably(target, content)),
    replaceLargeFileDurably: (target: string, content: string) =>
      replaceLargeFileDurably(target, [
        Buffer.from(content.slice(0, 3)),
        Buffer.alloc(0),
        Buffer.from(content.slice(3)),
      ]),
  };
  for (const [name, replace] of Object.entries(ways)) {
    it(`${name} puts the new content in the old one's place and leaves nothing beside it`, async () => {
      writeFileSync(file, 'a longer one that was there before');
      await replace(file, 'new');
      assert.equal(readFileSync(file, 'utf8'), 'new');
      assert.deepEqual(readdirSync(folder), ['record.json']);
    });

    it(`${name} throws where it cannot be put in place, and leaves nothing of it`, async () => {
      mkdirSync(path.join(file, 'inside'), { recursive: true });
      await assert.rejects(async () => await replace(file, 'new'));
      assert.deepEqual(readdirSync(folder), ['record.json']);
    });

    it(`${name} does not bring back a folder that was deleted`, async () => {
      rmSync(folder, { recursive: true });
      await assert.rejects(async () => await replace(file, 'new'), { code: 'ENOENT' });
      assert.equal(existsSync(folder), false);
    });
  }

  it('lets many write one file at once: one of them holds, whole', async () => {
    const contents = Array.from({ length: 20 }, (_, at) => String.fromCharCode(97 + at).repeat(100_000));
    await Promise.all(contents.map((content) => replaceFile(file, content)));
    assert.ok(contents.includes(readFileSync(file, 'utf8')));
    assert.deepEqual(readdirSync(folder), ['record.json']);
  });

  it('makes the folder where it is told to, and keeps what is not whole where it is told to', async () => {
    const inside = path.join(folder, 'a', 'b', 'record.json');
    await replaceFile(inside, 'one', { makeFolder: true });
    replaceFileSync(inside, 'two', { partialIn: folder });
    assert.equal(readFileSync(inside, 'utf8'), 'two');
    assert.throws(() => replaceFileSync(inside, 'three', { partialIn: path.join(folder, 'gone') }), { code: 'ENOENT' });
  });

  it('gives the file the permissions that were asked for', function () {
    if (process.platform === 'win32') this.skip();
    replaceFileSync(file, '#!/bin/sh\n', { mode: 0o755 });
    assert.equal(statSync(file).mode & 0o700, 0o700);
  });
});
