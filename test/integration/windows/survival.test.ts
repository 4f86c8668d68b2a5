import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import { readRun, shownRuns, startedRun, tinyWorkspace, until, upsizeIn } from '../harness/upsizeWindow.ts';

describe('a run and the windows that look at it', function () {
  this.timeout(240_000);
  let vscode: BrowserVscode;
  let workspace: Awaited<ReturnType<typeof tinyWorkspace>>;
  let window: VscodeWindow;
  let runId = '';
  const epochs = () => readRun(workspace.folder, runId).summary.epochs.length;
  const live = (lines: string[]) => lines.find((line) => /16.*\d+\/5000/.test(line));

  before(async () => {
    workspace = await tinyWorkspace();
    vscode = await startBrowserVscode();
    window = await vscode.open({ folder: workspace.folder });
    runId = startedRun(await upsizeIn(window, 'startNewLadder', { changes: { epochs: 5000 } }));
    await until('it trains', () => epochs() > 0);
  });
  after(async () => {
    await vscode?.stop();
    await workspace?.remove();
  });

  it('shows how far the run is', async () => {
    await until('the tree shows its epoch', async () => live(await shownRuns(window)));
  });

  it('goes on through a reload, and is there again', async () => {
    await window.reload();
    await until('the tree shows its epoch again', async () => live(await shownRuns(window)));
    const before = epochs();
    await until('it trains on', () => epochs() > before);
    assert.equal(readRun(workspace.folder, runId).summary.attempt, 1);
  });

  it('shows up by itself in another window', async () => {
    const other = await vscode.open({ folder: workspace.folder });
    await until('the other window shows it', async () => live(await shownRuns(other)));
    await other.close();
  });

  it('shows the classes of a scan that another program made', async () => {
    const classes = window.page.locator('.pane:has(.pane-header[aria-label*="Dataset"]) .monaco-list-row');
    const scanned = async () => (await classes.allInnerTexts()).some((line) => line.includes('cherry'));
    await window.evaluate((vscode) => vscode.commands.executeCommand('upsize.dataset.focus'));
    assert.equal(await scanned(), false);
    const cli = path.resolve(import.meta.dirname, '..', '..', '..', 'dist', 'trainer.cjs');
    await promisify(execFile)(process.execPath, [cli, 'scan', '--workspace', workspace.folder]);
    await until('the Dataset view has its classes', scanned);
  });

  it('outlives its extension host, and the next window finds and stops it', async () => {
    const before = epochs();
    assert.ok(vscode.killExtensionHosts() > 0);
    await window.close();
    await until('it trains on', () => epochs() > before);
    window = await vscode.open({ folder: workspace.folder });
    await until('the next window shows it', async () => live(await shownRuns(window)));
    assert.deepEqual(await upsizeIn(window, 'stopRun', runId), { runId, state: 'stopped' });
  });

  it('starts one attempt when two windows press Resume at once', async () => {
    const other = await vscode.open({ folder: workspace.folder });
    await until('the other window knows the run', async () =>
      (await shownRuns(other)).some((line) => line.includes('stopped')),
    );
    const both = await Promise.allSettled([window, other].map((each) => upsizeIn(each, 'resumeRun', runId)));
    const worked = both.filter(({ status }) => status === 'fulfilled');
    assert.equal(worked.length, 1, JSON.stringify(both));
    await until('it trains on', () => readRun(workspace.folder, runId).state === 'running');
    assert.equal(readRun(workspace.folder, runId).summary.attempt, 2);
    await upsizeIn(other, 'stopRun', runId);
    await other.close();
  });
});
