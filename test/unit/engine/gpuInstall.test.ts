import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import {
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
import { type NativeLayout, nativeLayout } from '../../../trainer/engine/engineCache.ts';
import { installNativeEngine, NoEngineHere } from '../../../trainer/engine/install/installNativeEngine.ts';
import { findBuild, findNativeParts } from '../../../trainer/engine/native/nativeParts.ts';
import { engineWheels, type EngineWheel } from '../../../trainer/engine/tensorflowRelease.ts';
import { tinyHost, tinyInstall } from '../../fixtures/engine/tinyInstall.ts';
import { startWheelIndex, type WheelIndex } from '../../fixtures/engine/wheelIndex.ts';

/** TensorFlow's wheel, and one for each other way in which NVIDIA's are tagged: pip starts slowly. */
const packages = ['tensorflow', 'nvidia-cuda-runtime-cu12', 'nvidia-cuda-nvrtc-cu12'];

describe('the install of the engine for GPUs', () => {
  let cache: string;
  let folder: string;
  let index: WheelIndex;
  const ownEnvironment = { ...process.env };

  before(async function () {
    if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) return this.skip();
    const wheels = engineWheels('linux', 'x64', 'gpu');
    assert.ok(!('unsupported' in wheels));
    folder = mkdtempSync(join(tmpdir(), 'upsize-wheels-'));
    index = await startWheelIndex(
      folder,
      wheels.filter((wheel) => packages.includes(wheel.package)),
    );
    const pip = { PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: index.url, PIP_FIND_LINKS: '', PIP_NO_CACHE_DIR: '1' };
    Object.assign(process.env, pip);
  });
  after(async () => {
    for (const name of ['PIP_CONFIG_FILE', 'PIP_INDEX_URL', 'PIP_FIND_LINKS', 'PIP_NO_CACHE_DIR']) {
      const value = ownEnvironment[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await index.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'upsize-gpu-install-'));
    index.served.length = 0;
    index.broken = null;
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  const host = () => tinyHost(cache);
  const layout = () => nativeLayout(host(), 'gpu');
  const makeAddon = ({ addons }: NativeLayout) => {
    mkdirSync(addons, { recursive: true });
    const path = join(addons, 'built.node');
    writeFileSync(path, 'addon');
    return Promise.resolve(path);
  };
  const install = () =>
    installNativeEngine({
      ...{ host: host(), build: 'gpu', wheels: index.wheels, makeAddon },
      pip: [['python3', '-m', 'pip']],
    });
  const servedPackages = () =>
    index.served.map((name) => index.wheels.find(({ fileName }) => fileName === name)?.package);

  it('keeps what was downloaded in full where a download breaks off, then gets the rest and puts all in its place', async () => {
    index.broken = 'nvidia-cuda-nvrtc-cu12';
    await assert.rejects(install(), /nvidia-cuda-nvrtc-cu12 12\.9\.86 could not be downloaded from PyPI/);
    assert.ok(!existsSync(layout().folder));
    const [tensorflow, runtime] = index.wheels;
    assert.deepEqual(readdirSync(layout().partial).sort(), [runtime?.fileName, tensorflow?.fileName].sort());

    index.broken = null;
    index.served.length = 0;
    assert.deepEqual(await install(), { installed: true, folder: layout().folder });
    assert.deepEqual(servedPackages(), ['nvidia-cuda-nvrtc-cu12']);
    assert.deepEqual(readdirSync(layout().partial), []);
    assert.equal(layout().folder, join(cache, 'engine', '2.21.0-linux-x64-gpu'));
    assert.deepEqual(readdirSync(join(layout().folder, 'lib')).sort(), [
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    // Where TensorFlow's libraries look for CUDA's.
    const cuda = join(layout().folder, 'lib', '..', 'nvidia', 'cuda_runtime', 'lib');
    assert.deepEqual(readdirSync(cuda).sort(), ['libcudart.so.12', 'libnvrtc-builtins.so.12.9', 'libnvrtc.so.12']);
    assert.equal(readFileSync(join(cuda, 'libcudart.so.12'), 'utf8'), 'nvidia/cuda_runtime/lib/libcudart.so.12');
    assert.ok(existsSync(join(layout().include, 'tensorflow/c/c_api.h')));
    assert.deepEqual(await install(), { installed: false, folder: layout().folder });

    truncateSync(join(cuda, 'libnvrtc.so.12'), 3);
    const damaged = findBuild('gpu', { host: host() });
    assert.ok(
      !damaged.found &&
        /libnvrtc\.so\.12: 3 bytes where .* belong\. "upsize engine install --gpu"/.test(damaged.reason),
    );
    assert.equal((await install()).installed, true);
    assert.ok(findBuild('gpu', { host: host() }).found);
  });

  it('is thrown away where a wheel is another than the pinned one', async () => {
    const wheels = index.wheels.slice(1, 2).map((wheel): EngineWheel => ({ ...wheel, sha256: '0'.repeat(64) }));
    await assert.rejects(
      installNativeEngine({ host: host(), build: 'gpu', wheels, makeAddon, pip: [['python3', '-m', 'pip']] }),
      /SHA-256 is [0-9a-f]{64} instead of 0{64}/,
    );
    assert.deepEqual(readdirSync(layout().partial), []);
  });

  it('stands beside the one for the processor: each is taken where it is wanted, else the other', async () => {
    const found = (gpu: boolean) => {
      const parts = findNativeParts({ host: host(), gpu });
      return parts.found ? parts.layout.build : parts.reason;
    };
    assert.match(String(found(true)), /^The native engine is not installed/);
    const tensorflow = index.wheels.slice(0, 1);
    await installNativeEngine({
      ...{ host: host(), build: 'gpu', wheels: tensorflow, makeAddon },
      pip: [['python3', '-m', 'pip']],
    });
    assert.deepEqual([found(false), found(true)], ['gpu', 'gpu']);
    await tinyInstall(cache, 'good', join(cache, 'calls'));
    assert.deepEqual([found(false), found(true)], ['cpu', 'gpu']);
    rmSync(layout().record);
    assert.deepEqual([found(false), found(true)], ['cpu', 'cpu']);
  });

  it('is refused, before anything is downloaded, where no such engine is', async () => {
    const elsewhere = { ...host(), arch: 'arm64' };
    await assert.rejects(installNativeEngine({ host: elsewhere, build: 'gpu', makeAddon }), (error: Error) => {
      assert.ok(error instanceof NoEngineHere);
      assert.match(error.message, /no engine for GPUs on linux-arm64, only on linux-x64/);
      return true;
    });
    assert.deepEqual(index.served, []);
  });
});
