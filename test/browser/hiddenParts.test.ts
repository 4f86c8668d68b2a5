import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runFolderOf, runPaths } from '../../trainer/protocol/runPaths.ts';
import { openComparison, openDashboard, openGallery, openMatrix } from './harness/openPanels.ts';
import type { OpenPanel } from './harness/panelPage.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { assertAccessibleInAllThemes } from './harness/themes.ts';
import { fruit, writeLadder } from './harness/writtenLadder.ts';
import { writeScan } from './harness/writtenScan.ts';

describe('what panels show only when it is asked for is clean for axe-core in four themes', function () {
  this.timeout(180_000);
  let folder: string;
  let ids: string[];
  let panel: OpenPanel;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-hidden-'));
    ids = writeLadder(folder, { epochs: 5, stepsPerEpoch: 3, images: 60 });
    const evaluation = JSON.parse(
      readFileSync(runPaths(runFolderOf(folder, ids[2] ?? '')).evaluationOf('validation'), 'utf8'),
    ) as { images: { contentHash: string[] } };
    await writeScan(folder, fruit, 60, { hashes: evaluation.images.contentHash });
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => panel.close());

  const press = (name: string | RegExp) => panel.page.getByRole('button', { name }).first().click();
  /** Each chart of the panel as its table. */
  const allAsTables = async () => {
    for (const button of await panel.page.getByRole('button', { name: /: show as a table$/ }).all()) {
      const name = ((await button.getAttribute('aria-label')) ?? '').replace(/: show as a table$/, '');
      await button.click();
      await panel.page.getByRole('region', { name: `${name}, table`, exact: true }).waitFor();
    }
  };

  it('the log, the tables of all charts and a stage alone in the dashboard', async () => {
    panel = await openDashboard(new RecordedWorkspace(folder), ids[0] ?? '');
    await panel.page.locator('.stage').nth(1).click();
    await panel.page.getByRole('button', { name: 'Show the whole ladder' }).waitFor();
    await panel.page.getByRole('tab', { name: 'log' }).click();
    await panel.page.getByText('Engine: native').waitFor();
    await allAsTables();
    await assertAccessibleInAllThemes(panel);
  });

  it('the values at the crosshair of a chart', async () => {
    panel = await openDashboard(new RecordedWorkspace(folder), ids[0] ?? '');
    await panel.page.getByRole('img', { name: /^accuracy, % of / }).focus();
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.locator('.plots > .chart [aria-live]').getByText('48 train').waitFor();
    await assertAccessibleInAllThemes(panel);
  });

  it('the chosen images of the matrix, its change to the parent, and its tables', async () => {
    panel = await openMatrix(new RecordedWorkspace(folder), ids[2] ?? '');
    await panel.page.getByRole('radio', { name: /^Δ/ }).click();
    await press(/^fixed \d/);
    await panel.page.locator('.chosen .files li').first().waitFor();
    await assertAccessibleInAllThemes(panel);
    await allAsTables();
    await assertAccessibleInAllThemes(panel);
  });

  it('the choice of metrics and the table of a comparison', async () => {
    panel = await openComparison(new RecordedWorkspace(folder), ids);
    await panel.page.getByText('Choose metrics').click();
    await panel.page.getByRole('checkbox', { name: 'macro F1' }).waitFor();
    await press('Pin 96');
    await allAsTables();
    await assertAccessibleInAllThemes(panel);
  });

  it('open lists, what is selected, one image and the tables of the gallery', async () => {
    panel = await openGallery(new RecordedWorkspace(folder));
    const { page } = panel;
    const images = page.getByRole('listbox', { name: 'Images' });
    await images.press('ArrowRight');
    await images.press('Shift+ArrowRight');
    await images.press('Enter');
    await page.getByRole('button', { name: 'Exclude' }).waitFor();
    await allAsTables();
    await assertAccessibleInAllThemes(panel);
    for (const name of ['Class', 'Verdict', 'Relabel the selected images as']) {
      const list = page.getByRole('combobox', { name, exact: true });
      await list.click();
      await list.getByRole('option').first().waitFor();
      await assertAccessibleInAllThemes(panel);
      await page.keyboard.press('Escape');
    }
  });
});
