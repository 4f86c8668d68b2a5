import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { madeByUpsize } from '../../trainer/madeByUpsize.ts';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import { ended, readRun, shownRuns, startedRun, tinyWorkspace, until, upsizeIn } from '../harness/upsizeWindow.ts';

/** Of a machine that has much else to do. */
const answerTimeoutMs = 120_000;

describe('what commands ask, answered with the mouse', function () {
  this.timeout(600_000);
  let vscode: BrowserVscode;
  let window: VscodeWindow;
  let workspace: Awaited<ReturnType<typeof tinyWorkspace>>;
  let first = '';
  let stopped = '';

  const runIds = () => readdirSync(path.join(workspace.folder, '.upsize', 'runs')).sort();
  /** Calls a command that asks, and does not wait for it. */
  const begin = (command: string, argument?: unknown) =>
    window.evaluate(
      (api, { id, parameter }) => void api.commands.executeCommand(id, ...(parameter === null ? [] : [parameter])),
      { id: `upsize.${command}`, parameter: argument ?? null },
    );
  const rows = () => window.page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
  const pick = (text: string) => rows().filter({ hasText: text }).first().click({ timeout: answerTimeoutMs });
  const confirm = () => window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
  const newRun = (before: readonly string[]) =>
    until('there is a new run', () => runIds().find((id) => !before.includes(id)), answerTimeoutMs);

  before(async () => {
    workspace = await tinyWorkspace();
    vscode = await startBrowserVscode();
    window = await vscode.open({ folder: workspace.folder });
    window.page.setDefaultTimeout(answerTimeoutMs);
    first = startedRun(await upsizeIn(window, 'startNewLadder'));
    assert.equal((await ended(workspace.folder, first)).state, 'completed');
    await upsizeIn(window, 'refreshRuns');
  });
  after(async () => {
    await vscode?.stop();
    await workspace?.remove();
  });

  it('extends a model: shows the graft check, starts nothing when cancelled, and trains when told to', async () => {
    const askAll = async () => {
      await begin('extendModel', { runId: first });
      for (const answer of ['Residual feeder', 'In front of the whole model', 'All that comes from', '32 px']) {
        await pick(answer);
      }
      await rows().filter({ hasText: 'Shapes' }).waitFor();
    };
    const before = runIds();
    await askAll();
    const shown = (await rows().allInnerTexts()).join('\n');
    assert.match(shown, /32 × 32 px in, 3 classes out; the run takes 16 × 16 px/);
    assert.match(shown, /those of the run, to rounding/);
    await pick('start nothing');
    await rows().first().waitFor({ state: 'hidden' });
    assert.deepEqual(runIds(), before);
    await askAll();
    await pick('Train');
    const run = await ended(workspace.folder, await newRun(before));
    assert.equal(run.state, 'completed', run.summary.message ?? '');
    assert.deepEqual([run.manifest.parentId, run.manifest.config.stage.size], [first, 32]);
    assert.equal(run.manifest.config.stage.freeze, 'parent');
  });

  it('trains with changes: offers the values of the stage that comes next, and the layers of its parent', async () => {
    const before = runIds();
    await begin('trainWithChanges', { runId: first });
    await pick('Epochs');
    await pick('Freeze');
    assert.match(await rows().filter({ hasText: 'Freeze' }).innerText(), /all that comes from the run/);
    await confirm();
    const box = window.page.locator('.quick-input-widget input[type="text"]');
    await until('the epochs of the config stand in the box', async () => (await box.inputValue()) === '2');
    await box.fill('1');
    await window.page.keyboard.press('Enter');
    await pick('Some layers…');
    await pick('Conv2D');
    await confirm();
    const { config } = (await ended(workspace.folder, await newRun(before))).manifest;
    assert.equal(config.stage.training.epochs, 1);
    assert.ok(Array.isArray(config.stage.freeze) && config.stage.freeze.length === 1, String(config.stage.freeze));
    await upsizeIn(window, 'refreshRuns');
  });

  it('asks what to do about a run that was stopped, though the view has it selected', async () => {
    // What the view does not show it cannot select.
    await shownRuns(window);
    const id = startedRun(await upsizeIn(window, 'startNewLadder', { changes: { epochs: 2000 } }));
    await until('it trains', () => readRun(workspace.folder, id).summary.epochs.length > 0);
    const selected = window.page.locator('.pane:has(.pane-header[aria-label*="Runs"]) .monaco-list-row.selected');
    await until('it is selected', async () => (await selected.count()) > 0);
    await upsizeIn(window, 'stopRun', id);
    await upsizeIn(window, 'refreshRuns');
    const before = runIds();
    await begin('trainNextStage');
    await rows().filter({ hasText: 'Resume it' }).waitFor();
    await window.page.keyboard.press('Escape');
    await rows().first().waitFor({ state: 'hidden' });
    assert.deepEqual(runIds(), before);
    stopped = id;
  });

  it('asks once before a run goes on that another Upsize began', async () => {
    madeByUpsize(readRun(workspace.folder, stopped).folder, '0.0.1');
    await upsizeIn(window, 'refreshRuns');
    await begin('resumeRun', stopped);
    await rows().filter({ hasText: 'Train this stage again' }).waitFor();
    await window.page.keyboard.press('Escape');
    await rows().first().waitFor({ state: 'hidden' });
    assert.equal(readRun(workspace.folder, stopped).summary.attempt, 1);
    await begin('resumeRun', stopped);
    await pick('Go on with the');
    await until('it goes on', () => readRun(workspace.folder, stopped).summary.attempt === 2, answerTimeoutMs);
    await upsizeIn(window, 'refreshRuns');
    await upsizeIn(window, 'stopRun', stopped);
  });

  it('offers to make a config where there is none, and makes it only when told to', async () => {
    const file = path.join(workspace.folder, 'upsize.json');
    rmSync(file);
    await begin('scanDataset');
    await pick('Not now');
    await rows().first().waitFor({ state: 'hidden' });
    assert.equal(existsSync(file), false);
    await begin('scanDataset');
    await pick('Make upsize.json for photos (48 images, 3 classes)');
    await until('it is made', () => existsSync(file));
  });
});
