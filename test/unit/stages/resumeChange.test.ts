import { strict as assert } from 'node:assert';
import { configSchema } from '../../../trainer/protocol/config.ts';
import type { EngineDescription } from '../../../trainer/protocol/events.ts';
import { emptySummary, type RunSummary } from '../../../trainer/protocol/runSummary.ts';
import { resolveStage } from '../../../trainer/stages/resolveStage.ts';
import { engineChange, resumeChange, type EngineAtHand } from '../../../trainer/stages/resumeChange.ts';

const native: EngineDescription = {
  name: 'native',
  mode: 'graph',
  tfjs: '4.22.0',
  tensorflow: '2.21.0',
  threads: 2,
  gpu: null,
  gpuUsed: false,
  fallback: null,
};
const wasm: EngineDescription = { ...native, name: 'wasm', mode: 'eager', tensorflow: null };
const now: EngineAtHand = { upsize: '0.2.0', tensorflow: '2.21.0', whyNotNative: null, bfloat16: true, gpu: false };
const configOf = (precision: 'float32' | 'bfloat16') =>
  resolveStage(configSchema.parse({ dataset: 'photos', training: { precision } }), 'upsize.json', {
    stageIndex: 0,
    parent: null,
  });
const run = (changes: Partial<RunSummary>, precision: 'float32' | 'bfloat16' = 'float32') => ({
  id: 'a-run',
  manifest: { config: configOf(precision) },
  summary: { ...emptySummary(), upsize: '0.2.0', engine: native, resumable: true, ...changes },
});

describe('what keeps a resume from being exact', () => {
  it('is nothing where engine and versions are those that it began with', () => {
    assert.equal(resumeChange(run({}), now), null);
    assert.equal(resumeChange(run({ engine: wasm }), { ...now, whyNotNative: 'It is not installed.' }), null);
    assert.equal(resumeChange(run({ engine: wasm }), { ...now, tensorflow: '2.22.0' }), null);
  });

  it('is nothing where no checkpoint was written: the stage begins anew', () => {
    assert.equal(resumeChange(run({ upsize: '0.1.0', resumable: false }), now), null);
    assert.equal(resumeChange(run({ upsize: '0.1.0', engine: null }), now), null);
  });

  it('names the versions that differ, and goes on with the same engine', () => {
    const change = resumeChange(run({ upsize: '0.1.0' }), { ...now, tensorflow: '2.22.0' });
    assert.equal(change?.engine, 'native');
    assert.match(
      change?.message ?? '',
      /Upsize 0\.1\.0 \(this is 0\.2\.0\) and TensorFlow 2\.21\.0 \(this is 2\.22\.0\)/,
    );
    assert.match(change?.message ?? '', /not end with the very weights/);
  });

  it('says why the native engine is not at hand, and that WASM can go on', () => {
    const change = resumeChange(run({}), { ...now, whyNotNative: 'It is not installed.' });
    assert.equal(change?.engine, 'wasm');
    assert.match(change?.message ?? '', /native engine, and that is not at hand: It is not installed\. WASM can go on/);
  });

  it('says that there is no GPU, where the run was trained on one, and that the processor can go on', () => {
    const onGpu = { ...native, gpu: 'NVIDIA H200', gpuUsed: true };
    assert.match(resumeChange(run({ engine: onGpu }), now)?.message ?? '', /with a GPU \(.*the processor can go on\)/);
    assert.equal(resumeChange(run({ engine: onGpu }), { ...now, gpu: true }), null);
    assert.equal(resumeChange(run({}), { ...now, gpu: true }), null);
    assert.match(engineChange(onGpu, native) ?? '', /begun on .* on a GPU\) and goes on with .*tfjs 4\.22\.0\)/);
  });

  it('says that the processor does not compute in bfloat16, where the run was trained in it', () => {
    const elsewhere = { ...now, bfloat16: false };
    assert.equal(resumeChange(run({}), elsewhere), null);
    assert.equal(resumeChange(run({}, 'bfloat16'), now), null);
    const change = resumeChange(run({}, 'bfloat16'), elsewhere);
    assert.equal(change?.engine, 'native');
    assert.match(change?.message ?? '', /bfloat16 \(this processor does not compute in it: float32 can go on\)/);
  });

  it('stands in the log of the attempt that goes on otherwise', () => {
    assert.equal(engineChange(native, native), null);
    assert.match(engineChange(native, wasm) ?? '', /begun on the native engine .* goes on with the wasm engine/);
    assert.match(engineChange(native, { ...native, tfjs: '4.23.0' }) ?? '', /tfjs 4\.22\.0\).*tfjs 4\.23\.0\)/);
  });
});
