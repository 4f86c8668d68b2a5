import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { runKeys } from '../../../extension/runs/runKeys.ts';
import { runsIn, writeRun, type WantedRun } from './writtenRun.ts';

const manifestSchema = z.object({
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), enablement: z.string().optional() })),
    viewsWelcome: z.array(z.object({ view: z.string(), when: z.string().optional(), contents: z.string() })),
  }),
});
const root = path.resolve(import.meta.dirname, '../../..');
const { contributes } = manifestSchema.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));

/** Whether an `enablement` made of names and `!`, `==`, `>` joined by `&&` holds. */
function holds(expression: string, context: Readonly<Record<string, boolean | number>>): boolean {
  return expression.split('&&').every((part) => {
    const [, not, name = '', operator, number] = /^\s*(!?)([\w.]+)(?:\s*(==|>)\s*(\d+))?\s*$/.exec(part) ?? [];
    const value = context[name] ?? false;
    if (operator !== undefined)
      return operator === '>' ? Number(value) > Number(number) : Number(value) === Number(number);
    return not === '!' ? !value : Boolean(value);
  });
}

describe('which commands can be called', () => {
  let workspace = '';
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-keys-'));
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  const enabled = (runs: WantedRun[], more: Record<string, boolean | number> = {}, hasTrash = false) => {
    for (const run of runs) writeRun(workspace, run);
    const keys = runKeys([{ runs: runsIn(workspace), hasConfig: true, hasTrash }]);
    const context = { ...keys, isWorkspaceTrusted: true, workspaceFolderCount: 1, ...more };
    const commands = contributes.commands.filter(({ enablement }) =>
      holds(enablement ?? 'isWorkspaceTrusted', context),
    );
    return (name: string) => commands.some(({ command }) => command === `upsize.${name}`);
  };
  const about = {
    completed: ['predictImage', 'predictFolder', 'exportModel'],
    base: ['trainFromRun', 'freezeLayers', 'extendModel', 'unfreezeAndFineTune'],
    evaluated: ['openConfusionMatrix', 'openHardestImages'],
  };

  it('are those about runs only once there is a run', () => {
    const is = enabled([]);
    const all = [...about.completed, ...about.base, ...about.evaluated];
    for (const name of [...all, 'resumeRun', 'stopRun', 'deleteRun', 'compareRuns', 'restoreRun', 'renameRun']) {
      assert.equal(is(name), false, name);
    }
    for (const name of ['trainNextStage', 'createConfig', 'scanDataset', 'selectConfig']) assert.ok(is(name), name);
  });

  it('are, while the first run trains, only those that work on it', () => {
    const is = enabled([{ id: 'a', state: 'stopped', accuracies: [] }]);
    for (const name of [...about.completed, ...about.base, ...about.evaluated, 'compareRuns', 'stopRun']) {
      assert.equal(is(name), false, name);
    }
    for (const name of ['resumeRun', 'deleteRun', 'renameRun', 'openDashboard']) assert.ok(is(name), name);
  });

  it('are more with a stopped run that has a best epoch, and all with completed ones', () => {
    const stopped = enabled([{ id: 'a', state: 'stopped' }]);
    for (const name of about.base) assert.ok(stopped(name), name);
    for (const name of about.completed) assert.equal(stopped(name), false, name);
    const completed = enabled([{ id: 'b' }], {}, true);
    for (const name of [...about.completed, 'compareRuns', 'restoreRun']) assert.ok(completed(name), name);
    // It was never evaluated.
    assert.equal(completed('openConfusionMatrix'), false);
  });

  it('are none that train, predict or make a config in restricted mode', () => {
    const is = enabled([{ id: 'a' }], { isWorkspaceTrusted: false });
    const withTrust = ['trainNextStage', 'createConfig', 'scanDataset', 'installNativeEngine', 'createSampleWorkspace'];
    for (const name of [...withTrust, ...about.base, ...about.completed]) assert.equal(is(name), false, name);
    assert.ok(is('renameRun'));
  });
});

describe('the walkthrough’s last stage', () => {
  it('is ticked off by three completed sizes of one ladder, and by nothing less', () => {
    const workspace = mkdtempSync(path.join(tmpdir(), 'upsize-keys-'));
    const reached = () =>
      runKeys([{ runs: runsIn(workspace), hasConfig: true, hasTrash: false }])['upsize.hasThreeStages'];
    writeRun(workspace, { id: 'a', size: 48 });
    writeRun(workspace, { id: 'b', size: 96, parentId: 'a', ladderId: 'a' });
    writeRun(workspace, { id: 'c', size: 96, parentId: 'a', ladderId: 'a' });
    writeRun(workspace, { id: 'other', size: 192 });
    writeRun(workspace, { id: 'd', size: 192, parentId: 'b', ladderId: 'a', state: 'stopped' });
    assert.equal(reached(), false);
    writeRun(workspace, { id: 'e', size: 192, parentId: 'b', ladderId: 'a' });
    assert.equal(reached(), true);
    rmSync(workspace, { recursive: true });
  });
});

describe('a view without content', () => {
  const shown = (view: string, context: Record<string, boolean | number>) =>
    contributes.viewsWelcome.filter((each) => each.view === view && holds(each.when ?? '', context));

  it('says what to do, in each state once, and offers nothing that cannot work', () => {
    for (const view of ['upsize.runs', 'upsize.dataset', 'upsize.nextStep']) {
      for (const workspaceFolderCount of [0, 1]) {
        for (const isWorkspaceTrusted of [true, false]) {
          for (const hasConfig of [true, false]) {
            // Without a folder there is no config.
            if (workspaceFolderCount === 0 && (hasConfig || !isWorkspaceTrusted)) continue;
            const state = {
              workspaceFolderCount,
              isWorkspaceTrusted,
              'upsize.hasConfig': hasConfig,
              'upsize.ready': true,
            };
            const found = shown(view, state);
            // Advice is there as soon as there is a config.
            const expected = view === 'upsize.nextStep' && hasConfig && isWorkspaceTrusted ? 0 : 1;
            assert.equal(found.length, expected, `${view} ${JSON.stringify(state)}`);
            if (isWorkspaceTrusted) continue;
            assert.deepEqual(
              found.filter(({ contents }) => contents.includes('command:upsize.')),
              [],
            );
          }
        }
      }
    }
  });
});
