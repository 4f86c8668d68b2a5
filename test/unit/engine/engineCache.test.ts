import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativeLayout, upsizeCacheFolder } from '../../../trainer/engine/engineCache.ts';
import { engineEnvironment, threadsIn } from '../../../trainer/engine/engineEnvironment.ts';
import { namesFromDriver } from '../../../trainer/engine/gpu.ts';
import { parseEngineChoice } from '../../../trainer/engine/loadEngine.ts';
import { findNativeParts } from '../../../trainer/engine/native/nativeParts.ts';

describe('where the engine lies and how it is chosen', () => {
  it("uses UPSIZE_CACHE, else the platform's own cache folder; relative settings are ignored", () => {
    const folder = (platform: string, env: Record<string, string>) => upsizeCacheFolder({ platform, arch: 'x64', env });
    assert.equal(folder('linux', { UPSIZE_CACHE: '/c', XDG_CACHE_HOME: '/x' }), '/c');
    assert.equal(folder('linux', { XDG_CACHE_HOME: '/x' }), '/x/upsize');
    assert.equal(folder('linux', { XDG_CACHE_HOME: 'x', UPSIZE_CACHE: 'c' }), join(homedir(), '.cache/upsize'));
    assert.equal(folder('darwin', {}), join(homedir(), 'Library/Caches/upsize'));
    assert.equal(folder('win32', {}), join(homedir(), 'AppData/Local/upsize/cache'));
    const { folder: engine } = nativeLayout({ platform: 'darwin', arch: 'arm64', env: { UPSIZE_CACHE: '/c' } });
    assert.equal(engine, '/c/engine/2.21.0-darwin-arm64');
  });

  it('says on Windows that WSL or WASM is the way', () => {
    const parts = findNativeParts({ host: { platform: 'win32', arch: 'x64', env: {} } });
    assert.ok(!parts.found && parts.unsupported);
    assert.match(parts.reason, /win32-x64.*WSL.*WASM/);
  });

  it('takes auto, native and wasm as choices and refuses the rest', () => {
    assert.equal(parseEngineChoice(undefined), 'auto');
    assert.equal(parseEngineChoice('wasm'), 'wasm');
    assert.throws(() => parseEngineChoice('gpu'), /UPSIZE_ENGINE is "gpu"; it must be auto, native or wasm/);
  });

  it("quietens TensorFlow's log unless asked, and keeps what the user has set", () => {
    const growth = { TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
    const quiet = { ...growth, TF_CPP_MIN_LOG_LEVEL: '3' };
    assert.deepEqual(engineEnvironment({ threads: 2 }, {}), { ...quiet, TF_NUM_INTRAOP_THREADS: '2' });
    assert.deepEqual(engineEnvironment({}, { TF_CPP_MIN_LOG_LEVEL: '0' }), { ...quiet, TF_CPP_MIN_LOG_LEVEL: '0' });
    assert.deepEqual(engineEnvironment({}, { UPSIZE_DEBUG: '1' }), growth);
  });

  it("lets TensorFlow take a GPU's memory as it needs it, unless the user has it otherwise", () => {
    assert.equal(engineEnvironment({}, {}).TF_FORCE_GPU_ALLOW_GROWTH, 'true');
    assert.equal(engineEnvironment({}, { TF_FORCE_GPU_ALLOW_GROWTH: 'false' }).TF_FORCE_GPU_ALLOW_GROWTH, 'false');
  });

  it('counts the threads that TensorFlow will use, whatever stands in the environment', () => {
    assert.equal(threadsIn({ TF_NUM_INTRAOP_THREADS: '3' }), 3);
    for (const unusable of [undefined, '', 'four', '0', '-1', '1.5']) {
      assert.equal(threadsIn({ TF_NUM_INTRAOP_THREADS: unusable }), availableParallelism(), unusable);
    }
  });

  it("reads GPU names from NVIDIA's driver", () => {
    const folder = mkdtempSync(join(tmpdir(), 'upsize-gpus-'));
    mkdirSync(join(folder, '0000:01:00.0'));
    writeFileSync(join(folder, '0000:01:00.0', 'information'), 'Model: \t\t NVIDIA H200\nIRQ:   \t\t 0\n');
    assert.deepEqual(namesFromDriver(folder), ['NVIDIA H200']);
    rmSync(folder, { recursive: true });
    assert.equal(namesFromDriver(folder), undefined);
  });
});
