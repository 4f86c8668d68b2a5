import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { nativeLayout } from '../../trainer/engine/engineCache.ts';
import { findBuild } from '../../trainer/engine/native/nativeParts.ts';
import { runPaths } from '../../trainer/protocol/runPaths.ts';
import { requestStop } from '../../trainer/protocol/stopRequest.ts';
import { createRun } from '../../trainer/run/createRun.ts';
import { planNext } from '../../trainer/stages/plan.ts';
import { runUpsize, upsizeEntry } from './runUpsize.ts';
import { TinyWorkspace } from './tinyWorkspace.ts';

const pretendGpu = path.resolve(import.meta.dirname, '..', 'fixtures', 'engine', 'pretendGpu.mjs');

/** The real trainer with an engine that believes to have a GPU: all but the GPU's own arithmetic is what a run there does. */
describe('a run where the engine has a GPU', function () {
  this.timeout(120_000);
  let workspace: TinyWorkspace;
  let cache: string;

  before(async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64' || !findBuild('cpu').found) return this.skip();
    workspace = await TinyWorkspace.make();
    cache = mkdtempSync(path.join(os.tmpdir(), 'upsize-gpu-'));
    mkdirSync(path.join(cache, 'engine'));
    // The engine for the processor in the place of the one for GPUs, and a driver's tool that names a GPU.
    symlinkSync(nativeLayout().folder, nativeLayout({ ...process, env: { UPSIZE_CACHE: cache } }, 'gpu').folder);
    writeFileSync(path.join(cache, 'nvidia-smi'), '#!/bin/sh\necho NVIDIA H200\n', { mode: 0o755 });
  });
  after(() => {
    workspace?.remove();
    if (cache) rmSync(cache, { recursive: true });
  });

  function startChild(folder: string, { works = true } = {}): { ended: Promise<unknown[]> } {
    const pretence = works ? ['--import', pathToFileURL(pretendGpu).href] : [];
    const child = spawn(process.execPath, [...pretence, upsizeEntry, 'child', folder], {
      // It is about the native engine, whatever the other tests run on.
      env: { ...process.env, UPSIZE_ENGINE: 'native', UPSIZE_CACHE: cache, PATH: `${cache}:${process.env.PATH}` },
      stdio: 'ignore',
    });
    return { ended: once(child, 'exit') };
  }

  const tried = (id: string) =>
    workspace.events(id).flatMap((event) => (event.type === 'log' && / computes: /.test(event.message) ? [event] : []));
  const engines = (id: string) =>
    workspace.events(id).flatMap((event) => (event.type === 'engine' ? [event.engine] : []));

  it('tries out both, goes on with the faster, says so, and a resume stays there or asks', async () => {
    const plan = planNext({ config: workspace.config(), configFile: null, runs: [] });
    assert.ok(plan.kind === 'train');
    const { directory } = workspace;
    const paths = { workspace: directory, baseDirectory: directory };
    const { id, folder } = createRun({ ...paths, config: plan.effective, parent: null });
    const first = startChild(folder);
    await workspace.until(id, (run) => run.summary.step >= 3, 'training');
    requestStop(folder, 'test');
    assert.deepEqual(await first.ended, [3, null]);
    rmSync(runPaths(folder).stop);
    assert.equal(tried(id).length, 1);
    assert.match(tried(id)[0]?.message ?? '', /^The GPU computes: a step takes the GPU [\d.]+ ms and the processor/);
    const [engine] = engines(id);
    assert.deepEqual([engine?.gpu, engine?.gpuUsed, engine?.mode], ['NVIDIA H200', true, 'graph']);

    const asked = await runUpsize(['resume', id], { cwd: directory });
    assert.equal(asked.code, 4);
    assert.match(asked.output, /was trained with a GPU \(.*the processor can go on\)/);

    assert.deepEqual(await startChild(folder, { works: false }).ended, [1, null]);
    assert.match(
      workspace.run(id).summary.message ?? '',
      /^This run was trained on a GPU, and a resume must go on with it: NVIDIA H200: seen, but TensorFlow cannot use it/,
    );

    assert.deepEqual(await startChild(folder).ended, [0, null]);
    assert.equal(tried(id).length, 1, 'a resume goes on where the run was');
    assert.deepEqual(
      engines(id).map(({ gpuUsed }) => gpuUsed),
      [true, true],
    );
    assert.equal(workspace.run(id).state, 'completed');
    const shown = await runUpsize(['show', id], { cwd: directory });
    assert.match(shown.output, /engine +native, graph on NVIDIA H200/);
  });
});
