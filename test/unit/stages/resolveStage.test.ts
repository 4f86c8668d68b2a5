import { strict as assert } from 'node:assert';
import { configSchema, type Extend } from '../../../trainer/protocol/config.ts';
import { resolveStage } from '../../../trainer/stages/resolveStage.ts';

describe('what a stage freezes where the config does not say', () => {
  const frozenBehind = (extend: unknown, freeze?: unknown) => {
    const config = configSchema.parse({
      dataset: 'photos',
      stages: [{ size: 48 }, { size: 96, ...(extend ? { extend } : {}), ...(freeze ? { freeze } : {}) }],
    });
    const parent = { ...resolveStage(config, null, { stageIndex: 0, parent: null }), stage: { size: 48 } };
    const { stage } = resolveStage(config, null, { stageIndex: 1, parent });
    return { extend: stage.extend, freeze: stage.freeze };
  };

  it('is nothing behind a feeder that begins with the answers of its parent, which is what a stage of twice the size gets', () => {
    const residual: Extend = { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' };
    assert.deepEqual(frozenBehind(undefined), { extend: residual, freeze: 'none' });
    assert.equal(frozenBehind({ strategy: 'feeder', feeder: 'lean' }).freeze, 'none');
    assert.equal(frozenBehind({ strategy: 'resize' }).freeze, 'none');
  });

  it("is the parent behind the article's feeder, which begins at random, and what the config names in any case", () => {
    assert.equal(frozenBehind({ strategy: 'feeder', feeder: 'article' }).freeze, 'parent');
    assert.equal(frozenBehind({ strategy: 'feeder', feeder: 'article' }, 'none').freeze, 'none');
    assert.equal(frozenBehind(undefined, 'parent').freeze, 'parent');
  });
});
