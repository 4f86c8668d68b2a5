import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatasetGalleryPanel } from '../../extension/panels/datasetGallery/datasetGalleryPanel.ts';
import { imageAugmentation } from '../../extension/panels/datasetGallery/imageAugmentation.ts';
import { configSchema } from '../../trainer/protocol/config.ts';
import type { GalleryChoice } from '../../webviews/protocol/datasetGallery.ts';
import { openPanel, type OpenPanel } from './harness/panelPage.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { assertAccessibleInAllThemes, hostileNames } from './harness/themes.ts';
import { fruit, writeLadder } from './harness/writtenLadder.ts';
import { writeScan } from './harness/writtenScan.ts';

describe('gallery in a browser', () => {
  let folder: string;
  let panel: OpenPanel;
  let host: DatasetGalleryPanel;
  let scans = 0;

  const open = async (choice: GalleryChoice | null = null) => {
    const source = path.join(folder, 'photos');
    panel = await openPanel({
      panel: 'datasetGallery',
      files: (name) =>
        name === 'sheet.jpg' ? readFileSync(path.join(folder, '.upsize/cache/thumbnails/sheet.jpg')) : null,
      connect: (post) => {
        host = new DatasetGalleryPanel({
          workspace: new RecordedWorkspace(folder, (method) => Promise.reject(new Error(`No ${method} in this test.`))),
          trusted: true,
          place: () => ({
            source,
            labelsFile: path.join(folder, 'upsize.labels.csv'),
            augmentation: imageAugmentation(configSchema.parse({ dataset: 'photos' })),
          }),
          actions: {
            scan: () => {
              scans++;
              return Promise.resolve();
            },
            openFile: () => Promise.resolve(),
          },
          saving: { save: () => Promise.resolve(true), copy: () => Promise.resolve() },
          addressOf: (file) => `https://panel.test/${path.basename(file)}`,
          choice,
          post,
          log: () => undefined,
        });
        return (message) => host.channel.receive(message);
      },
    });
    await panel.page.waitForSelector('main:not([aria-busy])');
  };
  const labels = () => readFileSync(path.join(folder, 'upsize.labels.csv'), 'utf8');
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-gallery-'));
    scans = 0;
  });
  afterEach(async () => {
    host.dispose();
    await panel.close();
    rmSync(folder, { recursive: true });
  });

  it('excludes, relabels and undoes by keyboard, into a file that can be reviewed', async () => {
    await writeScan(folder, fruit, 200);
    await open();
    const { page } = panel;
    const grid = page.getByRole('listbox', { name: 'Images' });
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText('200 shown, 2 selected').waitFor();
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: '2 in upsize.labels.csv' }).waitFor();
    assert.equal(labels(), 'path,label,excluded\napple/image_000000.png,,true\napple/image_000001.png,,true\n');
    await page.getByRole('button', { name: 'Take Back In' }).waitFor();

    const relabel = page.getByRole('combobox', { name: 'Relabel the selected images as' });
    await relabel.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      document.querySelector('#tile-0')?.getAttribute('aria-label')?.includes('relabelled banana'),
    );
    assert.match(labels(), /image_000000\.png,banana,true/);

    await grid.focus();
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await page.waitForFunction(
      () => document.querySelector('#tile-0')?.getAttribute('aria-label') === 'apple/image_000000.png, apple',
    );
    await page.waitForTimeout(100);
    assert.equal(labels(), 'path,label,excluded\n');
    assert.deepEqual(panel.complaints, []);
  });

  it('searches, filters, shows exactly a choice, and one image beside', async () => {
    await writeScan(folder, fruit, 200);
    await open({ title: 'true apple, predicted pear', files: ['apple/image_000002.png', 'apple/image_000001.png'] });
    const { page } = panel;
    await page.getByText('2 images: true apple, predicted pear').waitFor();
    await page.getByRole('button', { name: 'Show All Images' }).click();
    await page.getByText('200 shown').waitFor();
    await page.getByRole('textbox', { name: 'Search by file name' }).fill('kiwi');
    await page.getByText('20 shown').waitFor();
    await page.getByRole('button', { name: 'Show All', exact: true }).click();
    await page.getByText('200 shown').waitFor();
    await page.getByRole('button', { name: /^Show lemon|^lemon/ }).click();
    await page.getByText('20 shown').waitFor();
    await page.getByRole('button', { name: 'Show All', exact: true }).click();
    const grid = page.getByRole('listbox', { name: 'Images' });
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: 'apple, apple/image_000001.png' }).waitFor();
    await page.getByRole('button', { name: 'Show 2 Alike' }).click();
    await page.getByText('2 images that show the same').waitFor();
    host.choose({ title: 'another cell', files: ['kiwi/image_000090.png'] });
    await page.getByText('1 image: another cell').waitFor();
  });

  it('keeps 100,000 images in as few elements as a few hundred, and scrolls to the last', async () => {
    await writeScan(folder, fruit, 100_000);
    await open();
    const { page } = panel;
    await page.getByText('100,000 shown').waitFor();
    const count = () => page.locator('.tile').count();
    assert.ok((await count()) < 300, String(await count()));
    await page.getByRole('listbox', { name: 'Images' }).focus();
    await page.keyboard.press('End');
    await page.getByRole('option', { name: 'pear/image_099999.png' }).waitFor();
    assert.ok((await count()) < 300);
  });

  it('is clean for axe-core in four themes', async () => {
    const ids = writeLadder(folder, { epochs: 4, stepsPerEpoch: 3, images: 60 });
    const evaluation = JSON.parse(
      readFileSync(path.join(folder, '.upsize/runs', ids[2] ?? '', 'evaluation/validation.json'), 'utf8'),
    ) as { images: { contentHash: string[] } };
    await writeScan(folder, fruit, 60, evaluation.images.contentHash);
    await open();
    await panel.page.getByRole('combobox', { name: 'Verdict' }).waitFor();
    await assertAccessibleInAllThemes(panel);
    assert.ok(
      (await panel.page.locator('.tile.wrong').count()) > 0 && (await panel.page.locator('.tile.right').count()) > 0,
    );
  });

  it('draws hostile names as nothing but themselves, and says what to do before a scan and without images', async () => {
    const names = hostileNames
      .map((name) => name.replaceAll('/', '-').slice(0, 3000))
      .map((name) => name.replaceAll('x'.repeat(200), 'x'));
    await writeScan(folder, names, 30);
    await open();
    await panel.page.getByText('30 shown').waitFor();
    assert.equal(await panel.page.locator('img').count(), 0);
    assert.equal(await panel.page.title(), 'datasetGallery');
    assert.deepEqual(panel.complaints, []);
    await panel.close();
    host.dispose();
    await writeScan(folder, fruit, 0);
    await open();
    await panel.page.getByText('No image fits.').waitFor();
    await panel.close();
    host.dispose();
    rmSync(path.join(folder, '.upsize'), { recursive: true });
    await open();
    await panel.page.getByRole('button', { name: 'Scan Dataset' }).click();
    await panel.page.waitForTimeout(200);
    assert.equal(scans, 1);
  });
});
