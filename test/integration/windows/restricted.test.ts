import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import {
  clearNotifications,
  ended,
  notification,
  shownRuns,
  startedRun,
  tinyWorkspace,
  until,
  upsizeIn,
} from '../harness/upsizeWindow.ts';

const refused = /restricted mode.*Training, predictions and models need your trust/;
/** Of a machine that has much else to do. */
const waitMs = 120_000;

describe('a folder in restricted mode', function () {
  this.timeout(600_000);
  let vscode: BrowserVscode;
  let window: VscodeWindow;
  let workspace: Awaited<ReturnType<typeof tinyWorkspace>>;
  let runId = '';

  const photo = () => path.join(workspace.folder, 'photos', 'lime', '00.png');
  /** What all hovers say over the path of an image. */
  const hoverText = () =>
    window.evaluate(async (api, file) => {
      const document = await api.workspace.openTextDocument({ content: file, language: 'plaintext' });
      const hovers = await api.commands.executeCommand<{ contents: (string | { value: string })[] }[]>(
        'vscode.executeHoverProvider',
        document.uri,
        document.positionAt(file.length - 3),
      );
      return hovers
        .flatMap(({ contents }) => contents.map((each) => (typeof each === 'string' ? each : each.value)))
        .join('\n');
    }, photo());
  const restrictedMessage = () => window.page.getByText(/^Restricted mode: runs can be looked at/);

  before(async () => {
    workspace = await tinyWorkspace();
    const trusting = await startBrowserVscode();
    try {
      const first = await trusting.open({ folder: workspace.folder });
      runId = startedRun(await upsizeIn(first, 'startNewLadder'));
      assert.equal((await ended(workspace.folder, runId)).state, 'completed');
    } finally {
      await trusting.stop();
    }
    vscode = await startBrowserVscode({ trustAll: false });
    window = await vscode.open({ folder: workspace.folder });
    window.page.setDefaultTimeout(waitMs);
  });
  after(async () => {
    await vscode?.stop();
    await workspace.remove();
  });

  it('shows its history, and that more needs trust', async () => {
    assert.equal(await window.evaluate((api) => api.workspace.isTrusted), false);
    await until('its run is shown', async () => (await shownRuns(window)).some((line) => /16.*%/.test(line)));
    await restrictedMessage().waitFor();
  });

  for (const [command, argument] of [
    ['trainNextStage', () => undefined],
    ['scanDataset', () => undefined],
    ['predictImage', () => ({ file: photo() })],
    ['exportModel', () => ({ runId, target: 'exported' })],
  ] as const) {
    it(`refuses ${command} with why, and a button that leads to trust`, async () => {
      const given = argument();
      await assert.rejects(upsizeIn(window, command, ...(given === undefined ? [] : [given])), refused);
      const told = await notification(window, refused);
      await told.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
      await clearNotifications(window);
      assert.ok(!existsSync(path.join(workspace.folder, 'exported')));
    });
  }

  it('predicts nothing in hovers, and links to trust', async () => {
    const text = await hoverText();
    assert.match(text, /predicts images where the workspace is trusted/);
    assert.match(text, /\(command:workbench\.trust\.manage\)/);
  });

  it('does all that once trust is granted, without a reload', async () => {
    await upsizeIn(window, 'manageTrust');
    await window.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
    await until('it is trusted', () => window.evaluate((api) => api.workspace.isTrusted));
    await restrictedMessage().waitFor({ state: 'detached' });
    await until('hovers predict', async () => (await hoverText()).includes('lime'));
    await upsizeIn(window, 'predictImage', { file: photo() });
    await upsizeIn(window, 'exportModel', { runId, target: 'exported' });
    assert.ok(existsSync(path.join(workspace.folder, 'exported', `upsize-${runId}`, 'model.json')));
  });
});
