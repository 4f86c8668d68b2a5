import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PanelWorkspace } from '../../extension/panels/panelServices.ts';
import { eventually } from '../eventually.ts';
import { openComparison, openHardest } from './harness/openPanels.ts';
import type { OpenPanel } from './harness/panelPage.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { assertAccessibleInAllThemes, hostileNames } from './harness/themes.ts';
import { writeLadder } from './harness/writtenLadder.ts';

const onePixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('comparison of runs and hardest images in a browser', () => {
  let folder: string;
  let panel: OpenPanel;
  const copied: string[] = [];
  const opened: { title: string; files: readonly string[] }[] = [];
  const saving = {
    save: () => Promise.resolve(true),
    copy: (text: string) => {
      copied.push(text);
      return Promise.resolve();
    },
  };
  const openImages = (title: string, files: readonly string[]) => {
    opened.push({ title, files });
    return Promise.resolve();
  };
  const openCompared = async (runIds: string[]) => {
    const actions = {
      openImages,
      openConfusionMatrix: (runId: string) => openImages(runId, []),
      restoreRun: () => openImages('trash', []),
    };
    panel = await openComparison(new RecordedWorkspace(folder), runIds, { actions, saving });
  };
  const openHardestOf = async (runId: string, ask: PanelWorkspace['ask']) => {
    panel = await openHardest(new RecordedWorkspace(folder, ask), runId, {
      actions: {
        openImages,
        openFile: (file) => openImages('file', [file]),
        openNext: (next) => openImages(next, []),
      },
    });
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-compare-'));
    copied.length = 0;
    opened.length = 0;
  });
  afterEach(async () => {
    await panel.close();
    rmSync(folder, { recursive: true });
  });

  it('orders, pins, hides and copies figures, and leads to the images of a disagreement', async () => {
    const ids = writeLadder(folder, { epochs: 5, stepsPerEpoch: 3, images: 200 });
    await openCompared(ids);
    const { page } = panel;
    const heads = () => page.locator('.metrics thead .head.name').allInnerTexts();
    assert.deepEqual(await heads(), ['48', '96', '192']);
    await page.getByRole('button', { name: 'time', exact: true }).click();
    await page.getByRole('button', { name: 'val_accuracy', exact: true }).click();
    await page.waitForFunction(() => document.querySelector('.metrics thead .head.name')?.textContent === '192');
    await page.getByRole('button', { name: 'Pin 48' }).click();
    await page.waitForFunction(() => document.querySelector('.metrics thead .head.name')?.textContent === '48');
    await page.getByText('Choose metrics').click();
    await page.getByRole('checkbox', { name: 'macro F1' }).click();
    await page.waitForFunction(() => !document.querySelector('.metrics')?.textContent?.includes('macro F1'));
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByRole('button', { name: 'Copy as CSV' }).click();
    while (copied.length < 2) await page.waitForTimeout(20);
    assert.match(copied[0] ?? '', /^\| metric \| 48 \| 192 \| 96 \|\n\| --- \|/);
    assert.match(copied[1] ?? '', /^metric,48,192,96\nval_accuracy,0\.\d+/);
    assert.ok(!copied[1]?.includes('macro'));
    assert.match(copied[1] ?? '', /\nstage\.size,48,192,96\n/, 'what was set differently is copied too');
    const row = (name: string) =>
      page.locator('.metrics tbody tr', { has: page.getByRole('button', { name: new RegExp(`^${name}`) }) });
    for (const [name, unit, cell] of [
      ['val_accuracy', ', %', /\d\d\.\d$/],
      ['gain a minute', ', pt', /[+−]\d+\.\d$/],
      ['memory', '', /\d\sMB$/],
    ] as const) {
      assert.equal((await row(name).getByRole('rowheader').innerText()).replace(/ [←→]/, ''), name + unit);
      assert.match(await row(name).getByRole('cell').last().innerText(), cell);
    }
    assert.match((await row('val_accuracy').getByRole('cell').first().getAttribute('title')) ?? '', /^95 % interval/);
    await page.getByRole('heading', { name: 'Mistakes against 48' }).waitFor();
    const heading = page.getByRole('heading', { name: /^They disagree on \d+ of 200 images$/ });
    const total = Number(/on (\d+)/.exec(await heading.innerText())?.[1]);
    await page.getByRole('button', { name: 'Show in Gallery' }).click();
    while (opened.length === 0) await page.waitForTimeout(20);
    assert.equal(opened[0]?.files.length, total);
    await page.getByRole('rowheader', { name: 'stage.size' }).waitFor();
    assert.deepEqual(panel.complaints, []);
  });

  it('is clean for axe-core in four themes, with hostile names and numbers that are none', async () => {
    const ids = writeLadder(folder, {
      epochs: 5,
      stepsPerEpoch: 3,
      images: 60,
      notFinite: true,
      classNames: hostileNames,
    });
    await openCompared(ids);
    await assertAccessibleInAllThemes(panel);
    assert.equal(await panel.page.locator('img').count(), 0);
    assert.equal(
      await panel.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      0,
    );
  });

  it('says that the runs are gone', async () => {
    await openCompared(['gone-1', 'gone-2']);
    await panel.page.getByRole('heading', { name: 'These runs are gone' }).waitFor();
    await assertAccessibleInAllThemes(panel);
    await panel.page.getByRole('button', { name: 'Restore Deleted Run' }).click();
    await eventually(() =>
      assert.deepEqual(
        opened.map(({ title }) => title),
        ['trash'],
      ),
    );
  });

  it('compares what is left where one run is gone, and says when curves come', async () => {
    const [first = ''] = writeLadder(folder, { sizes: [48], lastState: 'running', lastEpochs: 0, images: 40 });
    await openCompared([first, 'gone']);
    const { page } = panel;
    await page.getByText('1 chosen run is gone.').waitFor();
    await page.getByText('The curves begin when one of these runs has finished an epoch.').waitFor();
    await page.getByRole('button', { name: 'Restore Deleted Run' }).click();
    await eventually(() =>
      assert.deepEqual(
        opened.map(({ title }) => title),
        ['trash'],
      ),
    );
    await assertAccessibleInAllThemes(panel);
  });

  it('asks what spoke for each hard image only when it is seen, for either class', async () => {
    const ids = writeLadder(folder, { epochs: 4, stepsPerEpoch: 3, images: 300 });
    const asked: string[] = [];
    await openHardestOf(ids[2] ?? '', (method, params) => {
      if (method !== 'explainImage') return Promise.reject(new Error(method));
      asked.push(JSON.stringify(params));
      return Promise.resolve({
        dataUri: onePixel,
        size: 1,
        className: '',
        heat: { width: 2, height: 2, values: [0, 0.2, 0.6, 1] },
      } as never);
    });
    const { page } = panel;
    await page.locator('.hard img').first().waitFor();
    await page.waitForTimeout(300);
    const first = asked.length;
    assert.ok(first > 0 && first < 60, `${first} of 60`);
    const losses = (await page.locator('.hard li').allInnerTexts()).map((text) =>
      Number(/loss ([\d.]+)/.exec(text)?.[1]),
    );
    assert.deepEqual(
      losses,
      [...losses].sort((a, b) => b - a),
    );
    await page.getByRole('radio', { name: 'what spoke for the true class' }).click();
    await eventually(() => assert.ok(asked.length > first));
    await page.locator('.hard button').first().click();
    await page.getByRole('button', { name: 'Show in Gallery' }).click();
    await eventually(() =>
      assert.deepEqual(
        opened.map(({ files }) => files.length),
        [1, 60],
      ),
    );
    await assertAccessibleInAllThemes(panel);
  });

  it('ends what it asked about a class when another is looked at, and everything when it is closed', async () => {
    const ids = writeLadder(folder, { epochs: 4, stepsPerEpoch: 3, images: 300 });
    const asked: AbortSignal[] = [];
    await openHardestOf(ids[2] ?? '', (_method, _params, options) => {
      const signal = options?.signal;
      assert.ok(signal);
      asked.push(signal);
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('Cancelled.'))));
    });
    const { page } = panel;
    await page.getByText('Asking the model …').first().waitFor();
    await page.waitForTimeout(300);
    const first = asked.length;
    await page.getByRole('radio', { name: 'what spoke for the true class' }).click();
    await eventually(() => {
      assert.ok(asked.length > first);
      assert.ok(asked.slice(0, first).every(({ aborted }) => aborted));
      assert.ok(asked.some(({ aborted }) => !aborted));
    });
    assert.equal(await page.getByText('Cancelled').count(), 0);
    await panel.close();
    assert.ok(asked.every(({ aborted }) => aborted));
  });

  it('draws hostile names as nothing but themselves, and says while a picture is on its way', async () => {
    const ids = writeLadder(folder, { epochs: 4, stepsPerEpoch: 3, images: 60, classNames: hostileNames });
    await openHardestOf(ids[2] ?? '', () => new Promise(() => undefined));
    await panel.page.getByText('Asking the model …').first().waitFor();
    assert.equal(await panel.page.locator('img').count(), 0);
    assert.equal(
      await panel.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      0,
    );
    await assertAccessibleInAllThemes(panel);
  });

  it('leads on where there is nothing to show', async () => {
    const ids = writeLadder(folder, { epochs: 4, stepsPerEpoch: 3, lastState: 'running', lastEpochs: 2 });
    await openHardestOf(ids[2] ?? '', () => new Promise(() => undefined));
    await panel.page.getByRole('button', { name: 'Open Dashboard' }).click();
    await eventually(() => assert.equal(opened.length, 1));
    await panel.close();
    await openHardestOf('gone', () => new Promise(() => undefined));
    await panel.page.getByRole('button', { name: 'Restore Deleted Run' }).click();
    await eventually(() =>
      assert.deepEqual(
        opened.map(({ title }) => title),
        ['dashboard', 'trash'],
      ),
    );
  });

  it('keeps the list where the predictor fails, and says why', async () => {
    const ids = writeLadder(folder, { epochs: 4, stepsPerEpoch: 3, images: 40 });
    await openHardestOf(ids[2] ?? '', () => Promise.reject(new Error('The model of this run cannot be opened.')));
    await panel.page.getByText('The model of this run cannot be opened.').first().waitFor();
    assert.equal(await panel.page.locator('.hard li').count(), 40);
  });
});
