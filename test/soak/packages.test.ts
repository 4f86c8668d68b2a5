import { strict as assert } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageVsix, vsixTargets } from '../../scripts/packaging/packageVsix.ts';
import { checkVsixFiles } from '../integration/harness/vsixFiles.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('the packages for all platforms', function () {
  this.timeout(600_000);
  let scratch: string;
  before(async () => (scratch = await mkdtemp(path.join(tmpdir(), 'upsize-packages-'))));
  after(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));

  for (const target of vsixTargets) {
    it(`hold what ${target} runs with, and nothing of another platform, under 30 MB`, async () => {
      const out = path.join(scratch, 'out');
      const { file, bytes } = await packageVsix({ root, target, scratch: path.join(scratch, target), out });
      assert.ok(bytes > 1_000_000 && bytes < 30_000_000, `${bytes} bytes`);
      // The addon is there where it was built or given; elsewhere the WASM engine trains.
      await checkVsixFiles(file, target, { addon: false });
    });
  }
});
