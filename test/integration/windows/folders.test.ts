import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeRun } from '../../unit/extension/writtenRun.ts';
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
  const start = async () => {
    const vscode = await startBrowserVscode();
    running.push(vscode);
    return vscode;
  };
  const workspace = async (name?: string) => {
    const one = await tinyWorkspace(name);
    made.push(one);
    return one.folder;
  };
  afterEach(async () => {
    for (const vscode of running.splice(0)) await vscode.stop();
    for (const { remove } of made.splice(0)) await remove();
  });

  /** A window on two folders, with what their workspace file says beside. */
  const openBoth = async (more: (berries: string) => object = () => ({})) => {
    const [citrus, berries] = [await workspace('citrus'), await workspace('berries')];
    const file = path.join(path.dirname(citrus), 'both.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [{ path: citrus }, { path: berries }], ...more(berries) }));
    const vscode = await start();
    return { citrus, berries, window: await vscode.open({ workspace: file }) };
  };

  it('may be several, each with its own runs, named where two could be meant', async () => {
    const { citrus, berries, window } = await openBoth();
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

  it('may be several, and a task that does not say which is refused with how to say it', async () => {
    const task = { type: 'upsize', command: 'scan' };
    const { citrus, berries, window } = await openBoth((folder) => ({
      tasks: {
        version: '2.0.0',
        tasks: [
          { ...task, label: 'scan something' },
          { ...task, label: 'scan the berries', config: path.join(folder, 'upsize.json') },
        ],
      },
    }));
    await upsizeIn(window, 'refreshRuns');
    const run = (label: string) =>
      window.evaluate((api, name) => void api.commands.executeCommand('workbench.action.tasks.runTask', name), label);
    await run('scan something');
    // A task that Upsize could not make out is one to choose, as in "Run Task".
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'scan something' }).first().click();
    await notification(
      window,
      /task "scan something" could be of any of the open folders: citrus, berries\. .*tasks\.json of one of them.*"config"/,
    );
    const isScanned = (folder: string) => existsSync(path.join(folder, '.upsize', 'cache'));
    await run('scan the berries');
    await until('the berries are scanned', () => isScanned(berries));
    assert.equal(isScanned(citrus), false);
  });

  it('has all its runs for the very command that activates the extension', async () => {
    const folder = await workspace();
    const runs = Array.from({ length: 1000 }, (_, index) => `run-${1000 + index}`);
    for (const id of runs) writeRun(folder, { id });
    // With a config or runs the extension would be active before anything is asked of it.
    await rm(path.join(folder, 'upsize.json'));
    const [there, aside] = [path.join(folder, '.upsize'), path.join(folder, 'aside')];
    await rename(there, aside);
    const vscode = await start();
    const window = await vscode.open({ folder });
    const answer = await window.evaluate(
      async (api, { from, to, runId }) => {
        process.getBuiltinModule('node:fs').renameSync(from, to);
        const wasActive = api.extensions.getExtension('upsize.upsize')?.isActive;
        return [wasActive, await api.commands.executeCommand('upsize.starRun', { runId, starred: true })];
      },
      { from: aside, to: there, runId: runs.at(-1) },
    );
    assert.deepEqual(answer, [false, true]);
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
