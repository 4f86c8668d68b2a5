import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adviceFor } from '../../../extension/nextStep/advice.ts';
import { runsIn, writeRun } from './writtenRun.ts';

const sizes = [48, 96, 192];
const scan = { images: 1000, sizes, tooSmall: [0, 100, 390], errors: 0, warnings: 0 };

describe('what to do next', () => {
  let workspace = '';
  const advice = (more: Partial<Parameters<typeof adviceFor>[0]> = {}) =>
    adviceFor({ sizes, configFile: 'upsize.json', runs: runsIn(workspace), scan, ...more });
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-advice-'));
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('is a config where there is none', () => {
    assert.deepEqual(
      advice({ sizes: null, configFile: null }).map(({ command }) => command),
      ['upsize.createConfig'],
    );
  });

  it('is to mend a config that has errors, in the Problems view', () => {
    assert.deepEqual(
      advice({ sizes: null }).map(({ title, command }) => [title, command]),
      [['Mend upsize.json', 'workbench.actions.view.problems']],
    );
  });

  it('is the first stage, and a scan where there was none', () => {
    const [first, second] = advice({ scan: null });
    assert.equal(first?.title, 'Train the first stage at 48 px');
    assert.equal(second?.command, 'upsize.scanDataset');
  });

  it('is the next size, with the plateau, the gain a minute and the share of images that are large enough', () => {
    writeRun(workspace, { id: 'a', accuracies: [0.5], created: 1000 });
    writeRun(workspace, {
      id: 'b',
      parentId: 'a',
      size: 96,
      stageIndex: 1,
      accuracies: [0.55, 0.6, 0.58, 0.59],
      created: 2000,
    });
    const [first] = advice();
    assert.equal(first?.title, 'Train the next stage at 192 px');
    assert.deepEqual(first.args, [{ runId: 'b' }]);
    const why = first.reasons.join('\n');
    assert.match(why, /val_loss has not improved for 2 epochs: the plateau is reached/);
    assert.match(why, /96 px brought ▲ \+10\.0 pt in .*pt a minute/);
    assert.match(why, /61 % of the images have the pixels for 192 px/);
  });

  it('offers more epochs when the best epoch was the last', () => {
    writeRun(workspace, { id: 'a', accuracies: [0.4, 0.5], epochs: 2 });
    const more = advice().find(({ kind }) => kind === 'more');
    assert.equal(more?.title, 'Give 48 px more epochs');
    assert.deepEqual(more.args, [{ runId: 'a', changes: { size: 48, epochs: 2, extend: { strategy: 'resize' } } }]);
  });

  it('is a lower learning rate, and no resume, where the loss diverged', () => {
    writeRun(workspace, { id: 'a', accuracies: [0.5], created: 1000 });
    const diverged = { state: 'failed', failure: 'diverged', message: 'The loss became NaN.' } as const;
    writeRun(workspace, { id: 'b', parentId: 'a', size: 96, stageIndex: 1, created: 2000, ...diverged });
    const [first] = advice();
    assert.equal(first?.title, 'Train 96 px again at a learning rate of 0.0001');
    assert.equal(first.command, 'upsize.trainFromRun');
    assert.deepEqual(first.args, [{ runId: 'a', stage: 2, changes: { learningRate: 0.0001 } }]);
    writeRun(workspace, { id: 'c', created: 3000, ...diverged });
    assert.deepEqual(advice()[0]?.command, 'upsize.startNewLadder');
  });

  it('is fine-tuning after the last stage when larger images brought nothing', () => {
    writeRun(workspace, { id: 'a', size: 96, stageIndex: 1, accuracies: [0.6], created: 1000 });
    writeRun(workspace, { id: 'b', parentId: 'a', size: 192, stageIndex: 2, accuracies: [0.601], created: 2000 });
    assert.equal(advice()[0]?.kind, 'fineTune');
  });

  it('is to resume a run that did not end by itself', () => {
    writeRun(workspace, { id: 'a', state: 'stopped' });
    assert.deepEqual([advice()[0]?.command, advice()[0]?.args], ['upsize.resumeRun', ['a']]);
  });

  it('names the problems of the data', () => {
    const problems = advice({ scan: { ...scan, errors: 1, warnings: 3 } }).find(({ kind }) => kind === 'problems');
    assert.match(problems?.reasons[0] ?? '', /^1 that .*, 3 to look at$/);
  });
});
