import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
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

/** Of a machine that has much else to do. */
const answerTimeoutMs = 120_000;

describe('the Runs view, by mouse', function () {
  this.timeout(600_000);
  let vscode: BrowserVscode;
  let window: VscodeWindow;
  let workspace: Awaited<ReturnType<typeof tinyWorkspace>>;
  let first = '';

  const runIds = () => readdirSync(path.join(workspace.folder, '.upsize', 'runs')).sort();
  const pane = () => window.page.locator('.pane:has(.pane-header[aria-label*="Runs"])');
  /** Sizes of the runs on the screen, from the top. */
  const shown = (expected: string) =>
    until(`the view shows ${expected}`, async () => {
      const labels = await pane().locator('.monaco-list-row .label-name').allInnerTexts();
      const sizes = labels.flatMap((label) => /[▁-█]{3}\s(\d+)/.exec(label)?.[1] ?? []);
      return sizes.join() === expected;
    });
  /** A menu takes no click in its first moment, lest the one that opened it counts. */
  const menuItem = async (title: string) => {
    const item = window.page.getByRole('menuitem', { name: title }).first();
    await item.hover();
    await window.page.waitForTimeout(300);
    await item.click();
  };
  /** Presses a button of the view's title, which shows them under the mouse. */
  const press = async (title: string | RegExp) => {
    await pane().locator('.pane-header').hover();
    await pane().locator('.pane-header').getByRole('button', { name: title }).click();
  };
  const choose = async (title: string, answer: string) => {
    await press(/More Actions/);
    await menuItem(title);
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: answer }).first().click();
  };

  before(async () => {
    workspace = await tinyWorkspace();
    vscode = await startBrowserVscode();
    window = await vscode.open({ folder: workspace.folder, size: { width: 1280, height: 1000 } });
    window.page.setDefaultTimeout(answerTimeoutMs);
    for (let stage = 0; stage < 2; stage++) {
      const run = await ended(workspace.folder, startedRun(await upsizeIn(window, 'trainNextStage')));
      assert.equal(run.state, 'completed', run.summary.message ?? '');
      first ||= run.id;
      await upsizeIn(window, 'refreshRuns');
    }
  });
  after(async () => {
    await vscode?.stop();
    await workspace?.remove();
  });

  it('takes a deletion back with Undo', async () => {
    await shownRuns(window);
    await pane()
      .locator('.monaco-list-row', { hasText: /[▁-█]{3}\s*16/ })
      .first()
      .click({ button: 'right' });
    await menuItem('Delete Run');
    await until('it is gone', () => !runIds().includes(first));
    const told = await notification(window, `Run ${first} was deleted. 1 stage trained from it stays whole.`);
    await told.getByRole('button', { name: 'Undo' }).click();
    await until('the run is back', () => runIds().includes(first));
    assert.equal(readRun(workspace.folder, first).state, 'completed');
    await shown('32,16');
  });

  it('shows only the runs that a filter names, in the order that is chosen', async () => {
    await choose('Group Runs…', 'Not at all');
    await choose('Sort Runs…', 'Oldest first');
    await shown('16,32');
    await choose('Sort Runs…', 'Largest size first');
    await shown('32,16');
    await press('Filter Runs…');
    await window.page.keyboard.type(first);
    await window.page.keyboard.press('Enter');
    await shown('16');
    await press('Clear Run Filter');
    await shown('32,16');
  });
});
