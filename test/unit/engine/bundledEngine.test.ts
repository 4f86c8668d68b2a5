import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { findNativeParts } from '../../../trainer/engine/native/nativeParts.ts';
import { probeEngine } from '../../../trainer/engine/probeEngine.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'engine');

describe('the engine in one bundled file', () => {
  let folder: string;
  let bundle: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'upsize-bundle-'));
    bundle = join(folder, 'dist', 'bundle.cjs');
    await build({
      entryPoints: [join(fixtures, 'probeEntry.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['sharp'],
      logOverride: { 'empty-import-meta': 'silent' },
    });
    const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
    cpSync(wasm, join(folder, 'dist', 'wasm'), {
      recursive: true,
      filter: (path) => path === wasm || path.endsWith('.wasm'),
    });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(
      join(import.meta.dirname, '..', '..', '..', 'node_modules', 'sharp'),
      join(folder, 'node_modules', 'sharp'),
    );
    const parts = findNativeParts();
    if (parts.found) {
      cpSync(parts.addon, join(folder, 'dist', 'native', `${process.platform}-${process.arch}`, 'tfjs_binding.node'));
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const engine of ['native', 'wasm'] as const) {
    for (const thread of ['main', 'worker'] as const) {
      it(`trains on the ${engine} engine in a ${thread} thread`, async function () {
        if (engine === 'native' && !findNativeParts().found) return this.skip();
        const result = await probeEngine(process.execPath, [bundle, engine, thread]);
        assert.ok(result.works, JSON.stringify(result));
        assert.equal(result.report.engine, engine);
      });
    }
  }

  it('keeps the native libraries silent, also in a worker', function () {
    if (!findNativeParts().found) return this.skip();
    for (const thread of ['main', 'worker']) {
      const { stderr } = spawnSync(process.execPath, [bundle, 'native', thread], { encoding: 'utf8' });
      assert.equal(stderr, '', `in the ${thread} thread`);
    }
  });

  it('takes WASM and says why where the native engine is not installed', () => {
    const { status, stdout } = spawnSync(process.execPath, [bundle, 'auto', 'main'], {
      encoding: 'utf8',
      env: { ...process.env, UPSIZE_CACHE: join(folder, 'empty-cache') },
    });
    assert.equal(status, 0);
    assert.match(stdout, /"engine":"wasm"/);
    assert.match(stdout, /"whyNotNative":"The native engine is not installed\. \\"upsize engine install\\"/);
  });

  it('refuses to install where it ships no addon, before it downloads anything', async () => {
    const installer = join(folder, 'without-addon', 'install.cjs');
    const engine = join(import.meta.dirname, '..', '..', '..', 'trainer', 'engine');
    await build({
      stdin: {
        contents: "import { installNativeEngine } from './install/installNativeEngine.ts'; void installNativeEngine();",
        resolveDir: engine,
        loader: 'ts',
      },
      ...{ outfile: installer, bundle: true, platform: 'node', format: 'cjs' },
      logOverride: { 'empty-import-meta': 'silent' },
    });
    const cache = join(folder, 'cache-of-nothing');
    const env = { ...process.env, UPSIZE_CACHE: cache };
    const { status, stderr } = spawnSync(process.execPath, [installer], { encoding: 'utf8', env });
    assert.equal(status, 1);
    assert.match(stderr, /ships no addon for .*-.*, and only a clone .* The WASM engine works here as it is/);
    assert.equal(existsSync(cache), false);
  });

  it('names what is wrong with a Node that cannot run it', async () => {
    const missing = await probeEngine(join(folder, 'no-such-node'), [bundle]);
    assert.deepEqual(missing, {
      works: false,
      reason: `${join(folder, 'no-such-node')}: could not be started (ENOENT).`,
    });
    const crashing = await probeEngine(process.execPath, ['-e', 'process.kill(process.pid, "SIGSEGV")']);
    assert.ok(!crashing.works && /ended with a signal/.test(crashing.reason));
    const hanging = await probeEngine(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { timeoutMs: 300 });
    assert.ok(!hanging.works && /did not end within 0\.3 s/.test(hanging.reason));
    const talking = await probeEngine(process.execPath, ['-e', 'console.log("hello")']);
    assert.ok(!talking.works && /printed no report/.test(talking.reason));
  });
});
