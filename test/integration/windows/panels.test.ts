import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { gainPerMinute } from '../../../trainer/protocol/runRow.ts';
import { count, duration, measure, percentNumber, pointsNumber, rate } from '../../../webviews/ui/numbers.ts';
import { showRuns, type ShownRun } from '../../trainer/showRuns.ts';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import { ended, readRun, startedRun, tinyWorkspace, until, upsizeIn } from '../harness/upsizeWindow.ts';

/** Of a machine that has much else to do. */
const contentTimeoutMs = 180_000;

describe('panels in an editor', function () {
  this.timeout(900_000);
  let vscode: BrowserVscode;
  let window: VscodeWindow;
  let workspace: Awaited<ReturnType<typeof tinyWorkspace>>;
  const ladder: string[] = [];
  let live = '';

  /** The page of the panel in front, once it has its content. */
  const front = async (heading: string | RegExp): Promise<FrameLocator> => {
    const page = window.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await page.getByRole('heading', { level: 1, name: heading }).waitFor({ timeout: contentTimeoutMs });
    return page;
  };
  const open = async (command: string, argument: unknown, heading: string | RegExp): Promise<FrameLocator> => {
    await upsizeIn(window, command, argument);
    return front(heading);
  };
  /** Brings a panel that is open to the front, as a click on its tab does. */
  const bring = async (tab: string, heading: string | RegExp): Promise<FrameLocator> => {
    await window.page.locator('.tabs-container .tab', { hasText: tab }).first().click();
    return front(heading);
  };
  /** The run card in front, once it has its content. */
  const frontCard = async (): Promise<FrameLocator> => {
    const panel = window.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    const card = panel.frameLocator('iframe[title="Run card"]');
    await card.getByText('Run card by Upsize').waitFor({ timeout: contentTimeoutMs });
    return card;
  };
  const show = async (runId: string): Promise<ShownRun> => {
    const [shown] = await showRuns(workspace.folder, [runId]);
    return shown ?? assert.fail(`${runId} was not shown`);
  };
  const cells = async (row: ReturnType<FrameLocator['locator']>) => row.locator('th, td').allInnerTexts();
  /** As panels write it, without the unit. */
  const percentText = (share: number | null | undefined) => ((share ?? Number.NaN) * 100).toFixed(1);

  /** Columns 'epoch' to 'val_loss' of an epoch, as panels write them. */
  const epochTexts = (epoch: ShownRun['epochRecords'][number]) => [
    count(epoch.epoch + 1),
    count(epoch.step),
    percentNumber(epoch.accuracy),
    percentNumber(epoch.valAccuracy),
    measure(epoch.loss),
    measure(epoch.valLoss),
  ];

  before(async () => {
    workspace = await tinyWorkspace();
    vscode = await startBrowserVscode();
    window = await vscode.open({ folder: workspace.folder, size: { width: 1600, height: 1100 } });
    window.page.setDefaultTimeout(contentTimeoutMs);
    for (let stage = 0; stage < 2; stage++) {
      const run = await ended(workspace.folder, startedRun(await upsizeIn(window, 'trainNextStage')));
      assert.equal(run.state, 'completed', run.summary.message ?? '');
      ladder.push(run.id);
      await upsizeIn(window, 'refreshRuns');
    }
    await upsizeIn(window, 'scanDataset');
  });
  after(async () => {
    await vscode?.stop();
    await workspace?.remove();
  });

  it('dashboard: opens by its command with the numbers of `upsize show --json`', async () => {
    const page = await open('openDashboard', { runId: ladder[1] }, 'Ladder 1');
    const strip = page.getByRole('group', { name: 'Stages of the ladder' }).getByRole('button');
    assert.equal(await strip.count(), 2);
    for (const [at, runId] of ladder.entries()) {
      const shown = await show(runId);
      assert.equal(await strip.nth(at).locator('.accuracy').innerText(), `${percentText(shown.valAccuracy)}\u202f%`);
    }
    const second = await show(ladder[1] ?? '');
    await page.getByRole('button', { name: 'accuracy, %: show as a table' }).click();
    const rows = page.getByRole('region', { name: 'accuracy, %, table' }).locator('tbody tr');
    const last = await cells(rows.last());
    const epoch = second.epochRecords.at(-1);
    assert.ok(epoch);
    assert.deepEqual(last.slice(1, 7), epochTexts(epoch));
    assert.equal(last.at(-2), rate(epoch.imagesPerSecond));
    const figures = await strip.nth(1).locator('.figures').innerText();
    for (const text of [
      pointsNumber(second.gain),
      duration(second.seconds),
      `${pointsNumber(gainPerMinute(second))} / min`,
    ]) {
      assert.ok(figures.includes(text), `${text} in ${figures}`);
    }
    await page.getByRole('button', { name: 'accuracy, %: show as a table' }).click();
  });

  it('confusion matrix: counts what the run counted, and leads to exactly those images', async () => {
    const page = await open('openConfusionMatrix', { runId: ladder[1] }, 'Confusion matrix of stage 32');
    const { classes } = await show(ladder[1] ?? '');
    await page.getByRole('columnheader', { name: 'class' }).getByRole('button').click();
    const rows = await page.getByRole('region', { name: 'Figures of each class' }).locator('tbody tr').all();
    const found = await Promise.all(rows.map(cells));
    const expected = classes.map(({ name, support, f1 }) => [name, String(support), percentText(f1)]);
    assert.deepEqual(
      found.map(([name, images, _precision, _recall, f1]) => [name, images, f1]).sort(),
      expected.sort(),
    );
    await page.getByRole('button', { name: 'lime', exact: true }).click();
    await page.getByRole('heading', { name: 'true lime' }).waitFor();
    const images = classes.find(({ name }) => name === 'lime')?.support ?? 0;
    await page.getByRole('button', { name: 'Show in Gallery' }).click();
    const gallery = await front('Gallery of photos');
    await gallery.getByText(new RegExp(`^${images} images?: true lime$`)).waitFor();
    const tiles = await gallery.getByRole('option').all();
    assert.equal(tiles.length, images);
    for (const tile of tiles) assert.match((await tile.getAttribute('aria-label')) ?? '', /^lime\//);
  });

  it('gallery: asks each stage what it sees, and keeps a decision in the labels file', async () => {
    const page = await open('openDatasetGallery', { folder: workspace.folder }, 'Gallery of photos');
    await page.getByText('48 shown').waitFor();
    const grid = page.getByRole('listbox', { name: 'Images' });
    await grid.press('Home');
    await grid.press('Enter');
    await page.getByRole('img', { name: 'banana, banana/00.png' }).waitFor();
    const lens = page.getByRole('img', { name: /^As the network sees it at (16|32) pixels$/ });
    await lens.nth(1).waitFor({ timeout: contentTimeoutMs });
    await grid.press('Delete');
    await page.getByRole('button', { name: '1 in upsize.labels.csv' }).waitFor();
    const written = () => readFile(path.join(workspace.folder, 'upsize.labels.csv'), 'utf8');
    assert.equal(await written(), 'path,label,excluded\nbanana/00.png,,true\n');
    await grid.press('Control+z');
    await until('the decision is taken back', async () => (await written()) === 'path,label,excluded\n');
  });

  it('hardest images: the predictor shows where the network looked', async () => {
    const page = await open('openHardestImages', { runId: ladder[1] }, 'Hardest images of stage 32');
    await page.locator('.hard img').first().waitFor({ timeout: contentTimeoutMs });
    await page.getByRole('radio', { name: 'what spoke for the true class' }).click();
    await page.locator('.hard canvas').first().waitFor();
  });

  it('compare: stands the runs side by side', async () => {
    const page = await open('compareRuns', { runIds: ladder }, '2 runs compared');
    const row = page.locator('.metrics tbody tr', { has: page.getByRole('button', { name: 'val_accuracy' }) });
    const shown = await Promise.all(ladder.map(show));
    const texts = (await row.locator('td').allInnerTexts()).map((text) => text.replace(/[^\d.]/g, ''));
    assert.deepEqual(
      texts,
      shown.map(({ valAccuracy }) => percentText(valAccuracy)),
    );
    const speed = page.locator('.metrics tbody tr', { has: page.getByRole('button', { name: 'images/s' }) });
    for (const [at, text] of (await speed.locator('td').allInnerTexts()).entries()) {
      assert.equal(text.replace('▲', '').trim(), rate(shown[at]?.imagesPerSecond ?? null));
    }
  });

  it('dashboard: follows a run that trains, with the numbers of `upsize show --json`, and stops it', async () => {
    live = startedRun(await upsizeIn(window, 'startNewLadder', { changes: { epochs: 5000 } }));
    await until('it trains', () => readRun(workspace.folder, live).summary.epochs.length > 0);
    await upsizeIn(window, 'refreshRuns');
    const page = await open('openDashboard', { runId: live }, 'Ladder 2');
    const status = page.locator('.status');
    const epochShown = async () => Number(/epoch (\d+)\/5000/.exec(await status.innerText())?.[1] ?? 0);
    const first = await epochShown();
    await until('the dashboard moves by itself', async () => (await epochShown()) > first);
    await page.getByRole('button', { name: 'accuracy, %: show as a table' }).click();
    const rows = page.getByRole('region', { name: 'accuracy, %, table' }).locator('tbody tr');
    const before = await rows.count();
    await until('a row comes for a new epoch', async () => (await rows.count()) > before);
    assert.equal(readRun(workspace.folder, live).state, 'running');
    const texts = await cells(rows.nth(before));
    const epoch = (await show(live)).epochRecords[before];
    assert.ok(epoch);
    assert.deepEqual(texts.slice(1, 7), epochTexts(epoch));
    await page.getByRole('button', { name: 'accuracy, %: show as a table' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await until('the run has stopped', () => readRun(workspace.folder, live).state === 'stopped');
    await status.getByText('stopped').waitFor();
  });

  it('run card: shows each stage of the ladder, and runs nothing that stands in its file', async () => {
    await upsizeIn(window, 'openRunCard', { runId: ladder[1] });
    const card = await frontCard();
    for (const runId of ladder) assert.equal(await card.locator(`a[href="#${runId}"]`).count(), 1);
    assert.equal(await card.owner().getAttribute('sandbox'), '');
  });

  it('comes back after a reload of the window as it was', async () => {
    let page = await bring('Ladder 2', 'Ladder 2');
    await page.getByRole('radio', { name: 'minutes' }).click();
    await page.getByRole('radio', { name: 'loss' }).click();
    await page.getByRole('tab', { name: 'log' }).click();
    page = await bring('Confusion 32', 'Confusion matrix of stage 32');
    await page.getByRole('radio', { name: '% of true' }).click();
    const files = ['lime/00.png', ...['0', '1', '2', '3', '4', '5'].map((digit) => `cherry/0${digit}.png`)];
    const choice = { folder: workspace.folder, title: 'Asked for elsewhere', files };
    page = await open('openDatasetGallery', choice, 'Gallery of photos');
    await page.getByText('7 images: Asked for elsewhere').waitFor();
    await page.getByRole('textbox', { name: 'Search by file name' }).fill('cherry/0');
    await page.getByText('6 shown').waitFor();
    page = await bring('Hardest 32', 'Hardest images of stage 32');
    await page.getByRole('radio', { name: 'picture', exact: true }).click();
    page = await bring('Compare 2 runs', '2 runs compared');
    await page.getByRole('radio', { name: 'learning rate' }).click();
    await page.getByRole('button', { name: 'Pin 32' }).click();
    await page.locator('.metrics thead .head.name', { hasText: '32' }).first().waitFor();
    const tabs = () => window.page.locator('.tabs-container .tab .label-name').allInnerTexts();
    const before = await tabs();

    await window.reload();
    page = await front('2 runs compared');
    assert.deepEqual(await tabs(), before);
    await page.getByRole('radio', { name: 'learning rate', checked: true }).waitFor();
    assert.deepEqual(await page.locator('.metrics thead .head.name').allInnerTexts(), ['32', '16']);
    page = await bring('Ladder 2', 'Ladder 2');
    await page.getByRole('radio', { name: 'minutes', checked: true }).waitFor();
    await page.getByRole('radio', { name: 'loss', checked: true }).waitFor();
    await page.getByRole('tab', { name: 'log', selected: true }).waitFor();
    await page.getByText(/^Attempt 1 on /).waitFor();
    page = await bring('Confusion 32', 'Confusion matrix of stage 32');
    await page.getByRole('radio', { name: '% of true', checked: true }).waitFor();
    await page.getByRole('heading', { name: 'true lime' }).waitFor();
    page = await bring('Gallery', 'Gallery of photos');
    await page.getByText('7 images: Asked for elsewhere').waitFor();
    await page.getByText('6 shown').waitFor();
    page = await bring('Hardest 32', 'Hardest images of stage 32');
    await page.getByRole('radio', { name: 'picture', checked: true }).waitFor();
    await page.locator('.hard img').first().waitFor({ timeout: contentTimeoutMs });
    await window.page.locator('.tabs-container .tab', { hasText: 'Run card: 32 px' }).first().click();
    const card = await frontCard();
    assert.equal(await card.locator(`a[href="#${ladder[1]}"]`).count(), 1);
  });
});
