import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { nativeLayout } from '../../../trainer/engine/engineCache.ts';
import { detectGpus } from '../../../trainer/engine/gpu.ts';
import { findBuild } from '../../../trainer/engine/native/nativeParts.ts';

const report = z.object({
  build: z.enum(['cpu', 'gpu']),
  gpuUsed: z.boolean(),
  note: z.string(),
  free: z.array(z.number()).length(20),
  bound: z.array(z.number()).length(20),
});

/** Trains in a process of its own, on the builds of the engine that a cache has; absent: the user's. */
async function train(wanted: 'gpu' | 'processor', more: Record<string, string> = {}): Promise<z.infer<typeof report>> {
  const script = join(import.meta.dirname, 'graph', 'graphOnDevices.ts');
  const env = { ...process.env, ...more };
  const { stdout } = await promisify(execFile)(process.execPath, [script, wanted], { env });
  return report.parse(JSON.parse(stdout));
}

/** A cache with one of the builds that the user has; the caller removes it. */
function cacheWith(build: 'cpu' | 'gpu'): string {
  const cache = mkdtempSync(join(tmpdir(), 'upsize-cache-'));
  mkdirSync(join(cache, 'engine'));
  const { folder } = nativeLayout(process, build);
  symlinkSync(folder, join(cache, 'engine', basename(folder)));
  return cache;
}

/** A folder with an `nvidia-smi` that names a GPU, for a machine that has none. */
function makeDriver(): string {
  const folder = mkdtempSync(join(tmpdir(), 'upsize-driver-'));
  writeFileSync(join(folder, 'nvidia-smi'), '#!/bin/sh\necho NVIDIA H200\n', { mode: 0o755 });
  return folder;
}

describe('the engine for GPUs', () => {
  it('(where it is installed) computes on the processor what the engine for the processor computes, to the last bit', async function () {
    if (!findBuild('gpu').found || !findBuild('cpu').found) return this.skip();
    const cache = cacheWith('gpu');
    try {
      const [here, there] = [await train('processor'), await train('processor', { UPSIZE_CACHE: cache })];
      assert.deepEqual([here.build, there.build], ['cpu', 'gpu']);
      assert.equal(there.gpuUsed, false);
      assert.deepEqual(there.free, here.free);
      assert.deepEqual(there.bound, here.bound);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });

  it('(where a GPU is) trains the same graph on it, and one that is bound to the processor there', async function () {
    if (!findBuild('gpu').found || detectGpus().length === 0) return this.skip();
    const { build, gpuUsed, note, free, bound } = await train('gpu');
    assert.deepEqual([build, gpuUsed], ['gpu', true], note);
    assert.deepEqual(bound, (await train('processor')).bound);
    for (const [index, loss] of free.entries()) {
      // Of a float32 number a GPU keeps 11 bits where it multiplies, and each step builds on those before.
      assert.ok(
        Math.abs(loss - (bound[index] ?? NaN)) < 1e-2 * (index + 1),
        `step ${index}: ${loss} and ${bound[index]}`,
      );
    }
    assert.notDeepEqual(free, bound, 'both were computed in the same place');
  });

  describe('where a GPU is seen', () => {
    let driver: string;
    let cache: string;
    const withDriver = () => ({ UPSIZE_CACHE: cache, PATH: `${driver}:${process.env.PATH}` });

    before(function () {
      if (process.platform !== 'linux' || process.arch !== 'x64' || !findBuild('cpu').found) return this.skip();
      driver = makeDriver();
    });
    beforeEach(() => (cache = cacheWith('cpu')));
    afterEach(() => rmSync(cache, { recursive: true }));
    after(() => driver && rmSync(driver, { recursive: true }));

    it('is offered where only the one for the processor is installed, which computes', async () => {
      const found = await train('gpu', withDriver());
      assert.deepEqual([found.build, found.gpuUsed], ['cpu', false]);
      assert.match(
        found.note,
        /: seen, not used: .* The engine for GPUs is not installed\. "upsize engine install --gpu"/,
      );
    });

    it('is loaded for training and not otherwise; where TensorFlow cannot use the GPU, it says so and the processor computes', async function () {
      if (detectGpus().length > 0) return this.skip();
      // The libraries of the engine for the processor in its place: they know nothing of GPUs.
      symlinkSync(nativeLayout().folder, nativeLayout({ ...process, env: { UPSIZE_CACHE: cache } }, 'gpu').folder);
      const trained = await train('gpu', withDriver());
      assert.deepEqual([trained.build, trained.gpuUsed], ['gpu', false]);
      assert.match(trained.note, /^NVIDIA H200: seen, but TensorFlow cannot use it\. Its driver may be too old/);
      assert.deepEqual(trained.free, trained.bound);
      const predicting = await train('processor', withDriver());
      assert.equal(predicting.build, 'cpu');
      assert.equal(predicting.note, 'NVIDIA H200: seen, not used: this engine computes on the processor.');
      const hidden = await train('gpu', { ...withDriver(), CUDA_VISIBLE_DEVICES: '-1' });
      assert.deepEqual(
        [hidden.build, hidden.note],
        ['cpu', 'NVIDIA H200: seen, not used: CUDA_VISIBLE_DEVICES hides it.'],
      );
    });
  });
});
