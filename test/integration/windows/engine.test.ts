import { strict as assert } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isComplete } from '../../../trainer/engine/install/installNativeEngine.ts';
import { nativeLayout } from '../../../trainer/engine/engineCache.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import {
  clearNotifications,
  ended,
  notification,
  startedRun,
  tinyWorkspace,
  until,
  upsizeIn,
} from '../harness/upsizeWindow.ts';

/** Of a machine that has much else to do. */
const waitMs = 120_000;

describe('a machine without the native engine and without a network', function () {
  this.timeout(600_000);
  let vscode: BrowserVscode;
  let window: VscodeWindow;
  let workspace: Awaited<ReturnType<typeof tinyWorkspace>>;
  let cache: string;

  /** Settles when it is written; the extension sees it from then on. */
  const set = (name: string, value: unknown) =>
    window.evaluate(
      async (api, setting) =>
        await api.workspace
          .getConfiguration('upsize')
          .update(setting.name, setting.value, api.ConfigurationTarget.Global),
      { name, value },
    );
  const runIds = () => new RunStore(workspace.folder).ids();

  before(async () => {
    workspace = await tinyWorkspace();
    cache = await mkdtemp(path.join(tmpdir(), 'upsize-no-engine-'));
    vscode = await startBrowserVscode({
      // Nobody answers at that port.
      environment: {
        UPSIZE_CACHE: cache,
        UPSIZE_ENGINE: '',
        PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
        PIP_RETRIES: '0',
      },
    });
    window = await vscode.open({ folder: workspace.folder });
    window.page.setDefaultTimeout(waitMs);
  });
  after(async () => {
    await vscode?.stop();
    await workspace.remove();
    await rm(cache, { recursive: true, force: true, maxRetries: 5 });
  });

  it('trains on WASM, and says why that is slower and what to do', async () => {
    const id = startedRun(await upsizeIn(window, 'startNewLadder', { changes: { epochs: 40 } }));
    const told = await notification(
      window,
      /This run trains on WASM \(The native engine is not installed.*15 times faster/,
    );
    await told.getByRole('button', { name: 'Don’t Show Again' }).waitFor();
    const run = await ended(workspace.folder, id);
    assert.equal(run.state, 'completed', run.summary.message ?? '');
    assert.equal(run.summary.engine?.name, 'wasm');
    await told.getByRole('button', { name: 'Install Native Engine' }).click();
  });

  it('says what an installation failed of, leaves nothing half done, and tries again', async () => {
    const failed = /TensorFlow .* could not be downloaded.*(Check the network|Install Python)/s;
    const told = await notification(window, failed);
    assert.equal(isComplete(nativeLayout({ ...process, env: { UPSIZE_CACHE: cache } })), false);
    await told.getByRole('button', { name: 'Try Again' }).click();
    await until('it was tried again', async () => (await told.count()) === 0);
    await notification(window, failed);
    await clearNotifications(window);
  });

  it('begins no run that asks for the native engine, and offers to install it', async () => {
    const before = runIds();
    await set('engine', 'native');
    const refused = /upsize\.engine asks for the native engine, which cannot be used here\. .*not installed/;
    await assert.rejects(upsizeIn(window, 'trainNextStage'), refused);
    assert.deepEqual(runIds(), before);
    const told = await notification(window, refused);
    await told.getByRole('button', { name: 'Install Native Engine' }).click();
    await notification(window, /TensorFlow .* could not be downloaded/);
    await set('engine', undefined);
    await clearNotifications(window);
  });

  it('says that the Node of the setting is none, works without it, and leads to the setting', async () => {
    const none = path.join(cache, 'no-node');
    await set('nodePath', none);
    const run = await ended(workspace.folder, startedRun(await upsizeIn(window, 'trainNextStage')));
    assert.equal(run.state, 'completed', run.summary.message ?? '');
    const told = await notification(window, `upsize.nodePath (${none}): there is no program of that name`);
    await told.getByRole('button', { name: 'Open Setting' }).click();
    const box = window.page
      .locator('.settings-editor .setting-item-contents', { hasText: 'Node Path' })
      .locator('input');
    await until('the setting is shown', async () => (await box.first().inputValue()) === none);
  });
});
