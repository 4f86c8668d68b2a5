import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expectedSeconds, planSentence } from '../../../extension/trainer/planSentence.ts';
import type { EffectiveConfig } from '../../../trainer/protocol/config.ts';
import { runsIn, writeRun } from './writtenRun.ts';

describe('what will be trained, in a line', () => {
  let workspace = '';
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-plan-'));
    writeRun(workspace, { id: 'a', size: 48, accuracies: [0.1, 0.2], engine: 'native', created: 1000 });
    writeRun(workspace, { id: 'w', size: 96, accuracies: [0.1], engine: 'wasm', created: 2000 });
  });
  afterEach(() => rmSync(workspace, { recursive: true }));
  const plan = (stage: Partial<EffectiveConfig['stage']> = {}, epochs = 6): EffectiveConfig => {
    const { config } = runsIn(workspace)[0]?.manifest ?? assert.fail();
    return { ...config, stage: { ...config.stage, ...stage, training: { ...config.stage.training, epochs } } };
  };

  it('expects the time of the nearest run on the same engine, by the pixels of its images', () => {
    const runs = runsIn(workspace);
    // Ten seconds an epoch at 48 px, four times the pixels.
    assert.equal(expectedSeconds(plan({ size: 96 }), runs, 'native'), 10 * 4 * 6);
    assert.equal(expectedSeconds(plan({ size: 96 }), runs, 'wasm'), 10 * 6);
    writeRun(workspace, { id: 'c', size: 96, accuracies: [0.1], engine: 'native', created: 3000 });
    assert.equal(expectedSeconds(plan({ size: 96 }), runsIn(workspace), 'native'), 10 * 6);
  });

  it('expects nothing without a run on that engine and those images', () => {
    const [native] = runsIn(workspace);
    assert.ok(native);
    assert.equal(expectedSeconds(plan(), [native], 'wasm'), null);
    const elsewhere = plan();
    elsewhere.dataset = { ...elsewhere.dataset, path: 'other' };
    assert.equal(expectedSeconds(elsewhere, [native], 'native'), null);
  });

  it('says size, parent, what is frozen, epochs and time', () => {
    const [parent = null] = runsIn(workspace);
    assert.equal(planSentence(plan(), null, null), 'Training at 48 px · a new network · at most 6 epochs');
    const feeder = { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' } as const;
    assert.equal(
      planSentence(plan({ size: 96, extend: feeder, freeze: 'parent' }), parent, 240),
      'Training at 96 px · residual feeder in front of the 48 px run · its layers frozen · at most 6 epochs, about 4 min',
    );
    assert.equal(
      planSentence(plan({ size: 96, extend: { strategy: 'resize' }, freeze: 'none' }), parent, 33),
      'Training at 96 px · from the 48 px run · nothing frozen · at most 6 epochs, about 35 s',
    );
    const upper = { strategy: 'resize', trainableFrom: 'dense' } as const;
    assert.match(planSentence(plan({ extend: upper }), parent, null), /48 px run · trains from dense · at most/);
    assert.match(planSentence(plan({ freeze: ['conv*', 'dense'] }), parent, 9000), /frozen: conv\*, dense .*2\.5 h$/);
  });
});
