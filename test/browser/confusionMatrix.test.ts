import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../eventually.ts';
import { openMatrix } from './harness/openPanels.ts';
import type { OpenPanel } from './harness/panelPage.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { assertAccessibleInAllThemes, hostileNames } from './harness/themes.ts';
import { writeLadder, type LadderOptions } from './harness/writtenLadder.ts';

describe('confusion matrix in a browser', () => {
  let folder: string;
  let panel: OpenPanel;
  const opened: { title: string; files: readonly string[] }[] = [];

  const note = (title: string, files: readonly string[]) => {
    opened.push({ title, files });
    return Promise.resolve();
  };
  const open = async (options: LadderOptions, stage: number) => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-matrix-'));
    const ids = writeLadder(folder, { epochs: 5, stepsPerEpoch: 3, ...options });
    opened.length = 0;
    panel = await openMatrix(new RecordedWorkspace(folder), ids[stage] ?? 'no-such-run', {
      actions: {
        openImages: note,
        openImage: (file) => note('one', [file]),
        openNext: (next) => note(next, []),
      },
    });
  };
  afterEach(async () => {
    await panel.close();
    rmSync(folder, { recursive: true });
  });

  it('leads from a cell, a row, a pair and a change to exactly those images', async () => {
    await open({}, 1);
    const { page } = panel;
    const matrix = page.getByRole('img', { name: /rows true, columns predicted/ });
    await matrix.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('true apple, predicted banana').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'true apple, predicted banana' }).waitFor();
    await page.getByRole('button', { name: 'Show in Gallery' }).click();
    await eventually(() => assert.equal(opened.at(-1)?.title, 'true apple, predicted banana'));
    const cell = opened.at(-1);
    assert.ok((cell?.files.length ?? 0) > 0 && cell?.files.every((file) => file.startsWith('apple/')));

    await page.getByRole('button', { name: 'Show Most Often Mistaken' }).click();
    await page.getByRole('button', { name: 'apple → fig' }).click();
    await page.getByRole('heading', { name: 'true apple, predicted fig' }).waitFor();

    await page.getByRole('button', { name: /^fixed \d/ }).click();
    await page.getByRole('heading', { name: 'fixed since the parent' }).waitFor();
    const said = Number(
      /\d+/.exec((await page.getByRole('button', { name: /^fixed \d/ }).getAttribute('aria-label')) ?? '')?.[0],
    );
    await page.locator('.chosen').getByText(`${said} images`).waitFor();

    // A pointer, too: the middle of the first cell.
    await page.getByRole('radio', { name: '% of true' }).click();
    const box = await matrix.boundingBox();
    assert.ok(box);
    await matrix.click({ position: { x: box.width * 0.2, y: 30 } });
    await page
      .locator('.chosen h2')
      .getByText(/^true apple, predicted/)
      .waitFor();
    await page.locator('.files button').first().click();
    await eventually(() => assert.equal(opened.at(-1)?.title, 'one'));
    assert.deepEqual(panel.complaints, []);
  });

  it('opens whole rows and columns, by Home and End and by their names', async () => {
    await open({}, 1);
    const { page } = panel;
    const matrix = page.getByRole('img', { name: /rows true, columns predicted/ });
    const chosen = (title: string) =>
      page.locator('.chosen').getByRole('heading', { name: title, exact: true }).waitFor();
    await matrix.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await chosen('true banana');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await chosen('predicted banana');
    const box = await matrix.boundingBox();
    assert.ok(box);
    await matrix.click({ position: { x: 50, y: 30 } });
    await chosen('true apple');
    await matrix.click({ position: { x: box.width - 20, y: box.height - 34 } });
    await chosen('predicted pear');
    assert.deepEqual(panel.complaints, []);
  });

  it('orders, normalises and sorts by keyboard, with a table twin', async () => {
    await open({}, 1);
    const { page } = panel;
    await page.getByRole('radio', { name: 'images', exact: true }).focus();
    await page.keyboard.press('End');
    await page.getByRole('radio', { name: 'Δ 48', checked: true }).waitFor();
    await page.getByRole('radio', { name: 'by mistakes' }).click();
    await page.getByRole('button', { name: 'Confusion matrix: show as a table' }).click();
    const rows = page.getByRole('region', { name: 'Confusion matrix, table' }).getByRole('row');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 11);
    const support = page.getByRole('columnheader', { name: 'images' }).getByRole('button');
    await support.click();
    await page.locator('th[aria-sort="descending"]', { hasText: 'images' }).waitFor();
    const cells = await page
      .getByRole('region', { name: 'Figures of each class' })
      .locator('tbody tr td:nth-child(2)')
      .allInnerTexts();
    assert.deepEqual(
      cells.map(Number),
      cells.map(Number).sort((a, b) => b - a),
    );
    const saved = JSON.stringify(await panel.savedState());
    assert.ok(saved.includes('"classSort":{"column":"support","down":true}'), saved);
  });

  it('is clean for axe-core in four themes', async () => {
    await open({ images: 80 }, 1);
    await assertAccessibleInAllThemes(panel);
  });

  it('draws 200 classes and hostile names as nothing but themselves', async () => {
    const classNames = [
      ...hostileNames,
      ...Array.from({ length: 200 - hostileNames.length }, (_, index) => `class ${index}`),
    ];
    await open({ classNames, images: 2000 }, 2);
    const { page } = panel;
    await page.getByRole('rowheader', { name: hostileNames[0] ?? '', exact: true }).waitFor();
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      0,
    );
    assert.deepEqual(panel.complaints, []);
  });

  it('says what is missing: no evaluation yet, no images, no run', async () => {
    await open({ lastState: 'running', lastEpochs: 2 }, 2);
    await panel.page.getByText('as soon as the run has evaluated').waitFor();
    await panel.page.getByRole('button', { name: 'Open Dashboard' }).click();
    await eventually(() => assert.equal(opened.at(-1)?.title, 'dashboard'));
    await panel.close();
    rmSync(folder, { recursive: true });
    await open({ images: 0 }, 0);
    await panel.page.getByText('Nothing was mistaken.').waitFor();
    assert.deepEqual(panel.complaints, []);
    await panel.close();
    rmSync(folder, { recursive: true });
    await open({}, 9);
    await panel.page.getByRole('heading', { name: 'This run is gone' }).waitFor();
    await panel.page.getByRole('button', { name: 'Restore Deleted Run' }).click();
    await eventually(() => assert.equal(opened.at(-1)?.title, 'trash'));
  });
});
