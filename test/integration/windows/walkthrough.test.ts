import { strict as assert } from 'node:assert';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import { ended, until } from '../harness/upsizeWindow.ts';

const waitMs = 180_000;
const steps = ['sample', 'scan', 'first', 'next', 'predict'] as const;
type Step = (typeof steps)[number];
const sampleConfigSchema = z.looseObject({
  training: z.looseObject({}),
  stages: z.array(z.looseObject({ size: z.number() })),
});

/** What the sample would take minutes to train, in seconds: a few pictures of each fruit, two epochs of each stage. */
async function cutShort(folder: string): Promise<void> {
  const photos = path.join(folder, 'photos');
  for (const fruit of await readdir(photos)) {
    const files = (await readdir(path.join(photos, fruit))).sort();
    await Promise.all(files.slice(6).map((file) => rm(path.join(photos, fruit, file))));
  }
  const file = path.join(folder, 'upsize.json');
  const config = sampleConfigSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const stages = config.stages.map((stage) => ({ ...stage, epochs: 2 }));
  await writeFile(file, JSON.stringify({ ...config, stages }, null, 2));
}

describe('the walkthrough, with the mouse alone', function () {
  this.timeout(900_000);
  let scratch: string;
  let folder: string;
  let vscode: BrowserVscode;
  let window: VscodeWindow;

  const stepOf = (step: Step) => window.page.locator(`.getting-started-step[data-step-id$="#${step}"]`);
  const press = async (step: Step, button: string) => {
    if ((await stepOf(step).getAttribute('aria-expanded')) !== 'true') await stepOf(step).click();
    await stepOf(step).getByRole('button', { name: button }).click();
  };
  const isDone = (step: Step) =>
    until(`step "${step}" is checked`, async () => (await stepOf(step).getAttribute('aria-checked')) === 'true');
  const dialog = () => window.page.locator('.quick-input-widget');
  const finished = async (stages: number) => {
    const id = await until(`stage ${stages} has begun`, () => {
      const { runs } = new RunStore(folder).list();
      return runs.length === stages && runs.at(-1)?.id;
    });
    const run = await ended(folder, id);
    assert.equal(run.state, 'completed', run.summary.message ?? '');
  };

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'upsize-walkthrough-'));
    folder = path.join(scratch, 'fruit');
    await mkdir(folder);
    vscode = await startBrowserVscode({
      trustAll: false,
      settings: { 'workbench.startupEditor': 'welcomePage' },
    });
    window = await vscode.open({ folder, size: { width: 1280, height: 900 } });
    window.page.setDefaultTimeout(waitMs);
  });
  after(async () => {
    await vscode?.stop();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  });

  it('opens by itself when Upsize is first looked at', async () => {
    await window.page.getByRole('tab', { name: 'Upsize' }).locator('a').click();
    await stepOf('sample').waitFor();
    for (const step of steps) assert.equal(await stepOf(step).getAttribute('aria-checked'), 'false', step);
  });

  it('is led to the trust that it needs', async () => {
    const runs = window.page.locator('.pane:has(.pane-header[aria-label*="Runs"])');
    await runs.getByRole('button', { name: 'Manage Workspace Trust' }).click();
    await window.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
    await window.page.getByRole('button', { name: /^Close Modal Editor/ }).click();
    await runs.getByRole('button', { name: 'Create Sample Workspace' }).waitFor();
  });

  it('gets pictures in the folder that is open', async () => {
    await press('sample', 'Create Sample Workspace');
    await dialog().getByRole('button', { name: 'Make Sample Here' }).click();
    await isDone('sample');
    await cutShort(folder);
  });

  it('looks at the data', async () => {
    await press('scan', 'Scan Dataset');
    await isDone('scan');
  });

  it('trains a ladder of three stages', async () => {
    await press('first', 'Train First Stage');
    await finished(1);
    await isDone('first');
    for (const stage of [2, 3]) {
      assert.equal(await stepOf('next').getAttribute('aria-checked'), 'false');
      await press('next', 'Train Next Stage');
      await finished(stage);
    }
    await isDone('next');
    const { runs } = new RunStore(folder).list();
    assert.deepEqual(
      runs.map(({ manifest }) => manifest.config.stage.size),
      [48, 96, 192],
    );
    assert.deepEqual(
      runs.map(({ manifest }) => manifest.parentId),
      [null, runs[0]?.id, runs[1]?.id],
    );
  });

  it('asks what each stage sees in a picture', async () => {
    await press('predict', 'Predict Image');
    // The dialog begins among the pictures.
    await dialog().locator('.monaco-list-row', { hasText: 'pear' }).click();
    await dialog().locator('.monaco-list-row', { hasText: '.jpg' }).first().click();
    const page = window.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await page
      .getByText(/folder says/i)
      .first()
      .waitFor();
    await window.page.locator('.tabs-container .tab', { hasText: 'Welcome' }).click();
    for (const step of steps) await isDone(step);
  });
});
