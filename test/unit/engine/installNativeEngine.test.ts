import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { nativeLayout } from '../../../trainer/engine/engineCache.ts';
import { checkInstalled, findNativeParts } from '../../../trainer/engine/native/nativeParts.ts';
import { tinyHost, tinyInstall, tinyWheelFile } from '../../fixtures/engine/tinyInstall.ts';

describe('the install of the native engine', () => {
  let cache: string;
  let counter: string;

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'upsize-install-'));
    counter = join(cache, 'pip-calls');
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  const layout = () => nativeLayout(tinyHost(cache));
  const pipCalls = () => (existsSync(counter) ? readFileSync(counter, 'utf8').trim().split('\n') : []);
  const partialFiles = () => readdirSync(layout().partial);
  const parts = () => findNativeParts({ host: tinyHost(cache) });

  it('puts libraries, headers, addon and record in place, once', async () => {
    assert.equal(parts().found, false);
    const phases = new Set<string>();
    const first = await tinyInstall(cache, 'good', counter, { onProgress: ({ phase }) => phases.add(phase) });
    assert.deepEqual(first, { installed: true, folder: layout().folder });
    // A download of a few milliseconds may be over before its progress is looked at.
    phases.delete('downloading');
    assert.deepEqual([...phases], ['checking', 'extracting', 'building', 'done']);
    assert.equal(readFileSync(join(layout().libraries, 'libtensorflow_cc.so.2'), 'utf8'), 'cc'.repeat(50_000));
    assert.ok(existsSync(join(layout().include, 'tensorflow/c/eager/c_api.h')));
    assert.ok(!existsSync(join(layout().include, 'tensorflow/core/framework')), 'C++ headers are left out');
    const found = parts();
    assert.ok(found.found && readFileSync(found.addon, 'utf8') === 'addon');
    assert.deepEqual(partialFiles(), [], 'nothing is left of the download');
    assert.deepEqual(await tinyInstall(cache, 'good', counter), { installed: false, folder: layout().folder });
    assert.deepEqual(pipCalls(), ['good']);
  });

  it('says, when offline, what was tried and what to do, and leaves nothing in place', async () => {
    await assert.rejects(tinyInstall(cache, 'offline', counter), (error: Error) => {
      assert.match(error.message, /could not be downloaded from PyPI/);
      assert.match(error.message, /ERROR: No matching distribution found/);
      assert.ok(
        error.message.includes(`Check the network, or copy tiny.whl from another machine into ${layout().partial}`),
      );
      assert.match(error.message, /WASM engine/);
      return true;
    });
    assert.ok(!existsSync(layout().folder));
    assert.deepEqual(partialFiles(), []);
  });

  it('takes a wheel that was carried here by hand, with no network', async () => {
    mkdirSync(layout().partial, { recursive: true });
    copyFileSync(tinyWheelFile, join(layout().partial, 'tiny.whl'));
    assert.equal((await tinyInstall(cache, 'offline', counter)).installed, true);
    assert.deepEqual(pipCalls(), []);
  });

  it('says what to install where there is no pip', async () => {
    const pip = [['upsize-no-such-pip'], ['upsize-no-such-uv', 'pip']];
    await assert.rejects(
      tinyInstall(cache, 'good', counter, { pip }),
      /upsize-no-such-pip: not found[^]*Install Python with pip, or uv/,
    );
  });

  it('refuses a download with the wrong checksum', async () => {
    await assert.rejects(tinyInstall(cache, 'damaged', counter), /SHA-256 is [0-9a-f]{64} instead of/);
    assert.ok(!existsSync(layout().folder));
    assert.deepEqual(partialFiles(), []);
  });

  it('can be cancelled in mid-download, and begins afresh', async () => {
    const cancel = new AbortController();
    const install = tinyInstall(cache, 'hang', counter, { signal: cancel.signal });
    while (pipCalls().length === 0) await delay(20);
    cancel.abort(new Error('cancelled by the user'));
    await assert.rejects(install, /cancelled|abort/i);
    assert.ok(!existsSync(layout().folder));
    assert.deepEqual(partialFiles(), []);
    assert.equal((await tinyInstall(cache, 'good', counter)).installed, true);
  });

  it('survives being killed in mid-download', async () => {
    const script = join(import.meta.dirname, '..', '..', 'fixtures', 'engine', 'installer.mjs');
    const child = spawn(process.execPath, [script, cache, 'hang', counter], { stdio: 'ignore', detached: true });
    while (pipCalls().length === 0) await delay(20);
    assert.ok(child.pid !== undefined);
    process.kill(-child.pid, 'SIGKILL');
    await once(child, 'exit');
    assert.ok(partialFiles().length > 0, 'the killed install left its folder and lock');
    assert.equal((await tinyInstall(cache, 'good', counter)).installed, true);
    assert.deepEqual(partialFiles(), []);
  });

  it('keeps a finished download when a later step fails', async () => {
    const makeAddon = () => Promise.reject(new Error('no compiler'));
    await assert.rejects(tinyInstall(cache, 'good', counter, { makeAddon }), /no compiler/);
    assert.ok(!existsSync(layout().folder));
    assert.equal((await tinyInstall(cache, 'offline', counter)).installed, true);
    assert.deepEqual(pipCalls(), ['good']);
  });

  it('downloads once when two installs run at once', async () => {
    const results = await Promise.all([tinyInstall(cache, 'slow', counter), tinyInstall(cache, 'slow', counter)]);
    assert.deepEqual(results.map(({ installed }) => installed).sort(), [false, true]);
    assert.deepEqual(pipCalls(), ['slow']);
    assert.ok(parts().found);
  });

  it('sees and mends a half-installed engine', async () => {
    await tinyInstall(cache, 'good', counter);
    truncateSync(join(layout().libraries, 'libtensorflow_cc.so.2'), 1000);
    const damaged = checkInstalled(layout());
    assert.ok('fault' in damaged && /1000 bytes where 100000 belong/.test(damaged.fault), JSON.stringify(damaged));
    assert.equal((await tinyInstall(cache, 'good', counter)).installed, true);
    assert.ok(parts().found);

    rmSync(layout().record);
    const halfDone = parts();
    assert.ok(!halfDone.found && /half installed/.test(halfDone.reason));
    assert.equal((await tinyInstall(cache, 'good', counter)).installed, true);
    assert.ok(parts().found);

    rmSync(layout().addons, { recursive: true });
    assert.ok(!parts().found);
    assert.equal((await tinyInstall(cache, 'good', counter)).installed, true);
    assert.ok(parts().found);
  });

  it('builds the addon anew, and downloads nothing, where the sources of it have changed', async () => {
    await tinyInstall(cache, 'good', counter);
    const record = JSON.parse(readFileSync(layout().record, 'utf8')) as Record<string, unknown>;
    writeFileSync(layout().record, JSON.stringify({ ...record, addonSources: 'of an older clone' }));
    const makeAddon = ({ addons }: { addons: string }) => {
      const path = join(addons, 'built.node');
      writeFileSync(path, 'newer addon');
      return Promise.resolve(path);
    };
    assert.equal((await tinyInstall(cache, 'offline', counter, { makeAddon })).installed, true);
    assert.deepEqual(pipCalls(), ['good']);
    const found = parts();
    assert.ok(found.found && readFileSync(found.addon, 'utf8') === 'newer addon');
    assert.deepEqual(await tinyInstall(cache, 'offline', counter), { installed: false, folder: layout().folder });
  });

  it('says so when the cache folder cannot be made', async () => {
    writeFileSync(join(cache, 'engine'), '');
    await assert.rejects(tinyInstall(cache, 'good', counter), /cache folder cannot be made[^]*Set UPSIZE_CACHE/);
  });
});
