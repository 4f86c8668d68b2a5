import { strict as assert } from 'node:assert';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildSuites } from '../buildSuites.ts';
import { startBrowserVscode, type BrowserVscode } from '../harness/browserVscode.ts';
import {
  ended,
  notification,
  readRun,
  shownRuns,
  startedRun,
  tinyWorkspace,
  until,
  upsizeIn,
} from '../harness/upsizeWindow.ts';

describe('the folder that a window opens', function () {
  this.timeout(240_000);
  const running: BrowserVscode[] = [];
  const made: Awaited<ReturnType<typeof tinyWorkspace>>[] = [];
  let bridgeBundle = '';
  const start = async () => {
    const vscode = await startBrowserVscode({ bridgeBundle });
    running.push(vscode);
    return vscode;
  };
  const workspace = async (name?: string) => {
    const one = await tinyWorkspace(name);
    made.push(one);
    return one.folder;
  };
  before(async () => {
    bridgeBundle = path.join(await buildSuites(), 'bridge.cjs');
  });
  afterEach(async () => {
    for (const vscode of running.splice(0)) await vscode.stop();
    for (const { remove } of made.splice(0)) await remove();
  });

  it('may be several, each with its own runs, named where two could be meant', async () => {
    const [citrus, berries] = [await workspace('citrus'), await workspace('berries')];
    const file = path.join(path.dirname(citrus), 'both.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [{ path: citrus }, { path: berries }] }));
    const vscode = await start();
    const window = await vscode.open({ workspace: file });
    for (const folder of [citrus, berries]) {
      const run = await ended(folder, startedRun(await upsizeIn(window, 'startNewLadder', { folder })));
      assert.equal(run.state, 'completed', run.summary.message ?? '');
    }
    const lines = await until('both folders stand in the tree', async () => {
      const shown = await shownRuns(window);
      return shown.some((line) => line.startsWith('berries')) && shown;
    });
    assert.ok(
      lines.some((line) => line.startsWith('citrus')),
      lines.join('\n'),
    );
    const runId = startedRun(await upsizeIn(window, 'startNewLadder', { folder: berries, changes: { epochs: 5000 } }));
    await until('it trains', () => readRun(berries, runId).summary.epochs.length > 0);
    const stopping = upsizeIn(window, 'stopRun', runId);
    await notification(window, `stopping ${runId} in berries`);
    assert.deepEqual(await stopping, { runId, state: 'stopped' });
  });

  it('leads to a config where there is none', async () => {
    const folder = await workspace();
    await rm(path.join(folder, 'upsize.json'));
    const vscode = await start();
    const window = await vscode.open({ folder });
    await shownRuns(window);
    const button = window.page.getByRole('button', { name: 'Create Config' }).first();
    await button.click({ timeout: 30_000 });
    await until('the config is open', async () =>
      window.evaluate((api) => api.window.activeTextEditor?.document.fileName.endsWith('upsize.json') ?? false),
    );
    await until(
      'training is offered',
      async () => (await window.page.getByRole('button', { name: 'Train First Stage' }).count()) > 0,
    );
  });
});
