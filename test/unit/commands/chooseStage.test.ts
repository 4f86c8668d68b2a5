import { strict as assert } from 'node:assert';
import {
  chooseStage,
  choiceCommands,
  furtherCommands,
  type StageChoice,
} from '../../../trainer/commands/chooseStage.ts';
import type { FoundConfig } from '../../../trainer/commands/findConfig.ts';
import { configSchema } from '../../../trainer/protocol/config.ts';
import { completedEvents, sha, WrittenWorkspace } from '../protocol/writtenRun.ts';

describe('choosing a stage', () => {
  let workspace: WrittenWorkspace;
  beforeEach(() => (workspace = new WrittenWorkspace()));
  afterEach(() => workspace.remove());
  const found = (): FoundConfig => ({
    config: configSchema.parse({ dataset: 'photos' }),
    file: 'upsize.json',
    configFile: 'upsize.json',
    baseDirectory: workspace.directory,
  });
  const choose = (choice: Partial<StageChoice> = {}) =>
    chooseStage(found(), workspace.runs(), { newLadder: false, overrides: {}, ...choice });
  const write = (id: string, parentId: string | null, stageIndex: number, events = completedEvents()) =>
    workspace.write(
      workspace.manifest(id, {
        parentId,
        ladderId: 'a',
        stageIndex,
        ...(parentId === null ? {} : { parentWeightsSha256: sha, parentWeights: 'model' as const }),
      }),
      events,
    );
  const stopped = () => [
    ...completedEvents().slice(0, 10),
    { type: 'state', state: 'stopped', message: null, signal: 'stop' } as const,
  ];

  it('begins with the first stage, and goes on from the newest completed run', () => {
    assert.partialDeepStrictEqual(choose(), { kind: 'train', stageIndex: 0, parent: null });
    write('a', null, 0);
    const next = choose();
    assert.ok(next.kind === 'train');
    assert.equal(next.parent?.id, 'a');
    assert.equal(next.effective.stage.size, 96);
  });

  it('takes a stage by its number from the run before it, and says what is missing', () => {
    assert.throws(() => choose({ stage: 2 }), /starts from stage 1, .* Train it first \("upsize train --stage 1"\)/);
    write('a', null, 0);
    write('b', 'a', 1);
    const again = choose({ stage: 2 });
    assert.ok(again.kind === 'train');
    assert.equal(again.parent?.id, 'a');
    const fresh = choose({ stage: 2, newLadder: true });
    assert.ok(fresh.kind === 'train' && fresh.parent === null);
    assert.equal(fresh.effective.stage.extend, null);
  });

  it('takes a size that is not in the config, and keeps the network of the ladder', () => {
    write('a', null, 0);
    const chosen = choose({ overrides: { size: 128 } });
    assert.ok(chosen.kind === 'train');
    assert.equal(chosen.stageIndex, null);
    assert.equal(chosen.effective.stage.size, 128);
    assert.deepEqual(chosen.effective.model, workspace.runs()[0]?.manifest.config.model);
  });

  it('offers commands for a stopped run that say what they do', () => {
    write('a', null, 0);
    write('b', 'a', 1, stopped());
    const plan = choose();
    assert.ok(plan.kind === 'choose');
    const commands = choiceCommands(plan);
    assert.equal(commands.length, plan.choices.length);
    assert.ok(commands.some((line) => line.endsWith('upsize resume b')));
    assert.ok(commands.some((line) => line.endsWith('upsize train --from b')));
    assert.ok(commands.some((line) => line.endsWith('upsize train --stage 2 --from a')));
  });

  it('does not offer the stage after the last one for a stopped last stage, but a larger size', () => {
    write('a', null, 0);
    write('b', 'a', 1);
    write('c', 'b', 2, stopped());
    for (const choice of [{}, { from: workspace.runs().find(({ id }) => id === 'c') }]) {
      const plan = choose(choice.from ? { from: choice.from } : {});
      assert.ok(plan.kind === 'choose');
      assert.deepEqual(plan.choices, ['resume', 'growFromBest', 'retrain']);
      assert.ok(choiceCommands(plan).some((line) => line.endsWith('upsize train --from c --size 384')));
    }
  });

  it('offers no resume of what diverged, which would diverge again', () => {
    write('a', null, 0, [
      ...completedEvents().slice(0, 10),
      { type: 'state', state: 'failed', message: 'The loss became NaN.', signal: null, code: 'diverged' },
    ]);
    const plan = choose();
    assert.ok(plan.kind === 'choose');
    assert.deepEqual(plan.choices, ['continueFromBest', 'retrain']);
  });

  it('keeps the network, seed, split and fit of the ladder, and says what the config has by now', () => {
    write('a', null, 0);
    const edited = configSchema.parse({
      dataset: { path: 'moved', validationSplit: 0.4, groupBy: '^(.)', fit: 'pad', labels: 'corrected.csv' },
      seed: 9,
      model: { head: 'flatten' },
      stages: [{ size: 48 }, { size: 72 }],
    });
    const next = (choice: Partial<StageChoice> = {}) => {
      const config = { ...found(), config: edited };
      const plan = chooseStage(config, workspace.runs(), { newLadder: false, overrides: {}, ...choice });
      assert.ok(plan.kind === 'train');
      return plan;
    };
    for (const choice of [{}, { stage: 2 }, { overrides: { size: 72 } }]) {
      const { effective, reason } = next(choice);
      const first = workspace.runs()[0]?.manifest.config;
      assert.deepEqual(effective.model, first?.model);
      assert.equal(effective.seed, first?.seed);
      const { path, labels, ...kept } = effective.dataset;
      assert.deepEqual({ path, labels }, { path: 'moved', labels: 'corrected.csv' });
      assert.deepEqual(kept, { validationSplit: 0.2, fit: 'stretch' });
      // By the ladder's network, which works at every size; a flat head would need the feeder.
      assert.equal(effective.stage.extend?.strategy, 'resize');
      assert.match(reason, /keeps its model, seed, validationSplit, groupBy, fit, whatever the config says/);
    }
    assert.equal(next({ overrides: { seed: 5 } }).effective.seed, 5);
    const fresh = next({ newLadder: true });
    assert.equal(fresh.effective.dataset.validationSplit, 0.4);
    assert.doesNotMatch(fresh.reason, /keeps/);
  });

  it('says what can follow the last stage', () => {
    write('a', null, 0);
    write('b', 'a', 1);
    write('c', 'b', 2);
    const plan = choose();
    assert.ok(plan.kind === 'done');
    const commands = furtherCommands(plan).join('\n');
    assert.match(commands, /upsize train --from c --size 384/);
    assert.match(commands, /--size 192 --strategy resize --freeze none --learning-rate 0\.0001/);
  });
});
