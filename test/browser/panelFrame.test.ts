import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfusionMatrixPanel } from '../../extension/panels/confusionMatrix/confusionMatrixPanel.ts';
import { runFolderOf, runPaths } from '../../trainer/protocol/runPaths.ts';
import { openPanel, type OpenPanel } from './harness/panelPage.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { assertAccessibleInAllThemes } from './harness/themes.ts';
import { writeLadder } from './harness/writtenLadder.ts';

describe('the frame of every panel in a browser', () => {
  let folder: string;
  let panel: OpenPanel;
  let host: ConfusionMatrixPanel;
  let workspace: RecordedWorkspace;
  const open = async (runId: string) => {
    workspace = new RecordedWorkspace(folder);
    panel = await openPanel({
      panel: 'confusionMatrix',
      connect: (post) => {
        const nothing = () => Promise.resolve();
        host = new ConfusionMatrixPanel({
          workspace,
          runId,
          actions: { openImages: nothing, openImage: nothing, openNext: () => Promise.resolve() },
          saving: { save: () => Promise.reject(new Error('The disk is full.')), copy: nothing },
          post,
          log: () => undefined,
        });
        return (message) => host.channel.receive(message);
      },
    });
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-frame-'));
  });
  afterEach(async () => {
    host.dispose();
    await panel.close();
    rmSync(folder, { recursive: true });
  });

  it('says why nothing can be shown, and tries again', async () => {
    const [runId = ''] = writeLadder(folder, { epochs: 4, stepsPerEpoch: 2, images: 40 });
    const file = runPaths(runFolderOf(folder, runId)).evaluationOf('validation');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, 100));
    await open(runId);
    const { page } = panel;
    const banner = page.getByRole('status');
    await banner.getByText(/^The evaluation of this run cannot be read .* Evaluate it again\.$/).waitFor();
    await page.getByText('Nothing can be shown.').waitFor();
    assert.equal(await page.getByText('Reading').count(), 0);
    await assertAccessibleInAllThemes(panel);
    writeFileSync(file, whole);
    await banner.getByRole('button', { name: 'Try Again' }).click();
    await page.getByRole('heading', { name: 'Confusion matrix of stage 48' }).waitFor();
    assert.equal(await banner.innerText(), '');

    // Damage that comes later leaves what is shown, and says that it is stale.
    writeFileSync(file, whole.slice(0, 90));
    await host.channel.sendSnapshot();
    await banner.getByText('cannot be read').waitFor();
    await page.getByRole('heading', { name: 'Confusion matrix of stage 48' }).waitFor();
  });

  it('says what failed until it is dismissed', async () => {
    const [runId = ''] = writeLadder(folder, { epochs: 4, stepsPerEpoch: 2, images: 40 });
    await open(runId);
    const { page } = panel;
    await page
      .getByRole('button', { name: /save as CSV$/ })
      .first()
      .click();
    const banner = page.getByRole('status');
    await banner.getByText('The disk is full.').waitFor();
    assert.equal(await banner.getByRole('button', { name: 'Try Again' }).count(), 0);
    await banner.getByRole('button', { name: 'Dismiss this message' }).click();
    await banner.getByText('The disk is full.').waitFor({ state: 'detached' });
  });
});
