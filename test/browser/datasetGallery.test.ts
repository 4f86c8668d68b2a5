import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatasetGalleryPanel } from '../../extension/panels/datasetGallery/datasetGalleryPanel.ts';
import { imageAugmentation } from '../../extension/panels/datasetGallery/imageAugmentation.ts';
import type { PanelWorkspace } from '../../extension/panels/panelServices.ts';
import { configSchema } from '../../trainer/protocol/config.ts';
import type { GalleryChoice } from '../../webviews/protocol/datasetGallery.ts';
import { eventually } from '../eventually.ts';
import { openPanel, type OpenPanel } from './harness/panelPage.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { assertAccessibleInAllThemes, hostileNames } from './harness/themes.ts';
import { fruit, writeLadder } from './harness/writtenLadder.ts';
import { writeScan } from './harness/writtenScan.ts';

const onePixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

describe('gallery in a browser', () => {
  let folder: string;
  let panel: OpenPanel;
  let host: DatasetGalleryPanel;
  let scans = 0;

  /** Where the host posts: the page that is open now. */
  let post: (message: unknown) => void;
  let kept: (GalleryChoice | null)[] = [];
  const opened: string[] = [];
  let failsToOpen = false;

  interface Opened {
    choice?: GalleryChoice | null;
    predictor?: PanelWorkspace['ask'];
    savedState?: unknown;
    /** The host that lived on while its tab was hidden. */
    living?: DatasetGalleryPanel;
  }
  const noPredictor: PanelWorkspace['ask'] = (method) => Promise.reject(new Error(`No ${method} in this test.`));
  const open = async ({ choice = null, predictor = noPredictor, savedState, living }: Opened = {}) => {
    const source = path.join(folder, 'photos');
    panel = await openPanel({
      panel: 'datasetGallery',
      savedState,
      files: (name) =>
        name === 'sheet.jpg' ? readFileSync(path.join(folder, '.upsize/cache/thumbnails/sheet.jpg')) : null,
      connect: (toView) => {
        post = toView;
        if (living) return (message) => living.channel.receive(message);
        host = new DatasetGalleryPanel({
          workspace: new RecordedWorkspace(folder, predictor),
          trusted: () => true,
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
            createConfig: () => Promise.resolve(),
            openFile: (file) => {
              opened.push(path.basename(file));
              return failsToOpen ? Promise.reject(new Error('There is no such file any more.')) : Promise.resolve();
            },
          },
          saving: { save: () => Promise.resolve(true), copy: () => Promise.resolve() },
          addressOf: (file) => `https://panel.test/${path.basename(file)}`,
          choice,
          onChoice: (next) => kept.push(next),
          post: (message) => post(message),
          log: () => undefined,
        });
        return (message) => host.channel.receive(message);
      },
    });
    await panel.page.waitForSelector('main:not([aria-busy])');
  };
  /** Sixty images, all of which the newest of three runs was asked about. */
  const openJudged = async (predictor?: PanelWorkspace['ask']) => {
    const ids = writeLadder(folder, { epochs: 4, stepsPerEpoch: 3, images: 60 });
    const file = path.join(folder, '.upsize/runs', ids[2] ?? '', 'evaluation/validation.json');
    const evaluation = JSON.parse(readFileSync(file, 'utf8')) as { images: { contentHash: string[] } };
    await writeScan(folder, fruit, 60, { hashes: evaluation.images.contentHash });
    await open(predictor ? { predictor } : {});
    await panel.page.getByRole('combobox', { name: 'Verdict' }).waitFor();
  };
  /** As a reader chooses one of a list. */
  const choose = async (label: string, option: string | RegExp) => {
    const box = panel.page.getByRole('combobox', { name: label, exact: true });
    await box.click();
    await box.getByRole('option', { name: option, exact: true }).click();
    await panel.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  };
  const labels = () => readFileSync(path.join(folder, 'upsize.labels.csv'), 'utf8');
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-gallery-'));
    scans = 0;
    kept = [];
    opened.length = 0;
    failsToOpen = false;
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
    await eventually(() => assert.equal(labels(), 'path,label,excluded\n'));
    assert.equal(await page.getByRole('button', { name: 'Undo' }).count(), 0);
    assert.deepEqual(panel.complaints, []);
  });

  it('selects by dragging, takes back by a button, and lets nothing slip into the place of what went', async () => {
    await writeScan(folder, fruit, 200);
    await open();
    const { page } = panel;
    const middle = async (position: number) => {
      const box = await page.locator(`#tile-${position}`).boundingBox();
      assert.ok(box);
      return [box.x + box.width / 2, box.y + box.height / 2] as const;
    };
    await choose('Class', 'apple');
    await page.getByText('20 shown').waitFor();
    await page.locator('#tile-1').scrollIntoViewIfNeeded();
    await page.mouse.move(...(await middle(1)));
    await page.mouse.down();
    await page.mouse.move(...(await middle(2)));
    await page.mouse.move(...(await middle(4)));
    await page.mouse.up();
    await page.getByText('20 shown, 4 selected').waitFor();
    await choose('Relabel the selected images as', 'kiwi');
    // Four images are apples no longer: they go, and no other is selected instead.
    await page.getByText('16 shown', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    // They come back, selected as they were.
    await page.getByText('20 shown, 4 selected').waitFor();
    assert.equal(labels(), 'path,label,excluded\n');
    assert.equal(await page.getByRole('button', { name: 'Undo' }).count(), 0);
  });

  it('notices labels that others write, and says where it cannot read them', async () => {
    await writeScan(folder, fruit, 200);
    await open();
    const { page } = panel;
    const file = path.join(folder, 'upsize.labels.csv');
    writeFileSync(file, 'path,label,excluded\napple/image_000000.png,pear,\napple/image_000001.png,,true\n');
    await page.getByRole('button', { name: '2 in upsize.labels.csv' }).waitFor();
    await page.getByText('199 images · 10 classes · 1 excluded').waitFor();
    await page.getByRole('button', { name: /^apple 18/ }).waitFor();
    await page.getByRole('button', { name: /^pear 21/ }).waitFor();
    writeFileSync(file, 'remember,this\n');
    await page.getByText(/has no column "path"/).waitFor();
    await page.getByRole('button', { name: 'Open upsize.labels.csv' }).click();
    await page.getByRole('listbox', { name: 'Images' }).press('Home');
    assert.equal(await page.getByRole('button', { name: 'Exclude', exact: true }).count(), 0);
    assert.deepEqual(opened, ['upsize.labels.csv']);
  });

  it('shows the images that are too small for each stage, of a side, of a confidence, and in each order', async () => {
    await openJudged();
    const { page } = panel;
    const shown = async () => Number(/^\d+/.exec(await page.locator('.picked .muted').first().innerText())?.[0]);
    const words = async () => (await page.locator('.tile').all()).map((tile) => tile.getAttribute('aria-label'));
    const links = page.locator('.overview .link');
    await links.first().waitFor();
    const counts = (await links.allInnerTexts()).map((text) => /^(\d+) for (\d+) px$/.exec(text)?.slice(1).map(Number));
    assert.ok(counts.length >= 2 && counts.every((pair) => pair !== undefined));
    for (const [at, pair] of counts.entries()) {
      await links.nth(at).click();
      await page.getByText(`${pair?.[0]} shown`).waitFor();
      const size = page.getByRole('combobox', { name: 'Size' });
      assert.equal(await size.evaluate((element) => String(Reflect.get(element, 'value'))), `under ${pair?.[1]}`);
    }
    await page.getByRole('button', { name: 'Show All', exact: true }).click();
    await page.getByText('60 shown').waitFor();
    for (const [label, options] of [
      ['Side of the split', ['train', 'validation', 'test']],
      ['Verdict', ['right', 'wrong']],
      ['Confidence', [/^under 50/, /^50 to 90/, /^over 90/]],
    ] as const) {
      let sum = 0;
      for (const option of options) {
        await choose(label, option);
        sum += await shown();
      }
      assert.equal(sum, 60, label);
      await page.getByRole('button', { name: 'Show All', exact: true }).click();
      await page.getByText('60 shown').waitFor();
    }
    await choose('Problem', 'the same file twice');
    await page.getByText('2 shown').waitFor();
    await page.getByRole('button', { name: 'Show All', exact: true }).click();
    await choose('Order', 'likely label errors first');
    await page.getByText(/contradicts the label most surely/).waitFor();
    const [first] = await Promise.all(await words());
    assert.match(first ?? '', /✗/);
    // Given the label that the model says, it is an error no longer.
    const predicted = /✗ (\w+)/.exec(first ?? '')?.[1] ?? '';
    await page.getByRole('listbox', { name: 'Images' }).press('Home');
    await choose('Relabel the selected images as', predicted);
    await page.waitForFunction(
      (before) => document.querySelector('#tile-0')?.getAttribute('aria-label') !== before,
      first,
    );
    await page.getByRole('option', { name: `relabelled ${predicted}, ✓ ${predicted}` }).waitFor();
  });

  it('shows random images anew, and scans again', async () => {
    await writeScan(folder, fruit, 200);
    await open();
    const { page } = panel;
    const random = () =>
      page.locator('.random li').evaluateAll((items) => items.map((item) => item.getAttribute('aria-label')).join());
    const before = await random();
    await page.getByRole('button', { name: 'Show other images' }).click();
    await eventually(async () => assert.notEqual(await random(), before));
    await page.getByRole('button', { name: 'Scan the data set again' }).click();
    await eventually(() => assert.equal(scans, 1));
  });

  it('asks the predictor of the image where the arrow keys come to rest: lens, augmentation, near images', async () => {
    const asked: [method: string, file: string][] = [];
    const order = Int32Array.from([2, 1, 0, ...Array.from({ length: 57 }, (_, at) => at + 3)]);
    let found: (result: unknown) => void = () => undefined;
    await openJudged((method, params, options) => {
      asked.push([method, path.basename((params as { file: string }).file)]);
      const sight = (size: number, className: string) => ({
        ...{ runId: `fruit-${size}`, size, classes: 10, engine: 'native', milliseconds: 1 },
        top: [{ className, probability: 0.75 }],
      });
      if (method === 'predictImage')
        return Promise.resolve({ earlier: [sight(48, 'pear')], prediction: sight(96, 'apple') } as never);
      if (method === 'networkInput') return Promise.resolve({ dataUri: onePixel, size: 1 } as never);
      if (method === 'augmentImage') return Promise.resolve({ images: [onePixel, onePixel], size: 1 } as never);
      if (method !== 'nearestImages') return Promise.reject(new Error(method));
      options?.onProgress?.(30, 60);
      return new Promise((resolve) => (found = resolve as (result: unknown) => void));
    });
    const { page } = panel;
    const grid = page.getByRole('listbox', { name: 'Images' });
    await grid.press('Home');
    await grid.press('Enter');
    for (let step = 0; step < 3; step++) await grid.press('ArrowLeft');
    await page.getByRole('img', { name: 'As the network sees it at 96 pixels' }).waitFor();
    await page.getByRole('img', { name: 'Change 2 of 2' }).waitFor();
    await page.locator('.lens').getByText('48 px').waitFor();
    assert.deepEqual(await page.locator('.lens figcaption > span').allInnerTexts(), ['✗', '✓']);
    asked.length = 0;
    const began = performance.now();
    await grid.evaluate(async (element) => {
      for (let step = 0; step < 12; step++) {
        element.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
        await new Promise(requestAnimationFrame);
      }
    });
    const lens = () => asked.filter(([method]) => method === 'predictImage');
    await eventually(() => assert.equal(lens().at(-1)?.[1], 'image_000012.png'));
    // It rests for 150 ms before it asks: on a machine that is slower than that, on each image.
    const most = 1 + (performance.now() - began) / 150;
    assert.ok(lens().length <= most, `asked ${lens().length} times for 12 images, at most ${most.toFixed(1)} expected`);
    await page.getByRole('button', { name: 'Draw other changes' }).click();
    await eventually(() => assert.equal(asked.at(-1)?.[0], 'augmentImage'));

    failsToOpen = true;
    await page.getByRole('button', { name: 'Open File' }).click();
    await page.getByText('There is no such file any more.').waitFor();

    await page.getByRole('button', { name: 'Sort by Nearest to This' }).click();
    await page.getByText('Looking at 30 of 60 images').waitFor();
    found({ scanned: Date.UTC(2026, 2, 14), order: Buffer.from(order.buffer).toString('base64') });
    await page
      .getByText('Nearest to apple/image_000012.png')
      .or(page.getByText(/^Nearest to .+ first/))
      .waitFor();
    assert.match((await page.locator('#tile-0').getAttribute('aria-label')) ?? '', /image_000002/);
    const savedState = await panel.savedState();
    await panel.close();
    // The tab was hidden: its page is gone, its host is not.
    await open({ savedState, living: host });
    await panel.page.getByText(/^Nearest to .+ first/).waitFor();
    assert.match((await panel.page.locator('#tile-0').getAttribute('aria-label')) ?? '', /image_000002/);
    await panel.page.getByRole('button', { name: 'Back to the Order' }).click();
    await panel.page.getByRole('button', { name: 'Sort by Nearest to This' }).waitFor();
    await panel.page.getByText(/^Nearest to .+ first/).waitFor({ state: 'detached' });
    await assertAccessibleInAllThemes(panel);
  });

  it('comes back as it was when its tab was hidden, with what can be taken back', async () => {
    await writeScan(folder, fruit, 2000);
    await open();
    let { page } = panel;
    const grid = page.getByRole('listbox', { name: 'Images' });
    await grid.press('Home');
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await page.getByRole('button', { name: 'Show or hide the overview' }).click();
    await grid.press('End');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByText('2,000 shown, 2 selected').waitFor();
    await page.getByRole('complementary', { name: /image_001998/ }).waitFor();
    const scrolled = (element: Element) => element.scrollTop;
    let savedState: unknown;
    await eventually(async () => {
      savedState = await panel.savedState();
      assert.partialDeepStrictEqual(savedState, { view: { top: await grid.evaluate(scrolled) } });
    });
    const top = await grid.evaluate(scrolled);
    await panel.close();
    await open({ savedState, living: host });
    page = panel.page;
    await page.getByText('2,000 shown, 2 selected').waitFor();
    await page.getByRole('complementary', { name: /image_001998/ }).waitFor();
    assert.equal(await page.getByRole('listbox', { name: 'Images' }).evaluate((element) => element.scrollTop), top);
    assert.equal(await page.locator('.overview').count(), 0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: '1 in upsize.labels.csv' }).waitFor({ state: 'detached' });
    assert.equal(labels(), 'path,label,excluded\n');
  });

  it('searches, filters, shows exactly a choice, and one image beside', async () => {
    await writeScan(folder, fruit, 200);
    const choice = {
      id: 1,
      title: 'true apple, predicted pear',
      files: ['apple/image_000002.png', 'apple/image_000001.png'],
    };
    await open({ choice });
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
    host.choose({ id: 2, title: 'another cell', files: ['kiwi/image_000090.png'] });
    await page.getByText('1 image: another cell').waitFor();
    await page.getByText('1 shown').waitFor();
    assert.deepEqual(kept, [null, { id: 2, title: 'another cell', files: ['kiwi/image_000090.png'] }]);
  });

  it('opens exactly the images of a choice, whatever was searched for, and says how many the scan lacks', async () => {
    await writeScan(folder, fruit, 200);
    await open();
    const { page } = panel;
    await page.getByRole('textbox', { name: 'Search by file name' }).fill('kiwi');
    await page.getByText('20 shown').waitFor();
    const files = ['apple/image_000001.png', 'apple/image_000002.png', 'apple/gone.png'];
    host.choose({ id: 7, title: 'true apple', files });
    await page.getByText('2 of 3 images: true apple').waitFor();
    await page.getByText('2 shown').waitFor();
    // Within them a search goes on working, and a page that comes back does not begin anew.
    await page.getByRole('textbox', { name: 'Search by file name' }).fill('000002');
    await page.getByText('1 shown').waitFor();
    const savedState = await panel.savedState();
    await panel.close();
    await open({ savedState, living: host });
    await panel.page.getByText('1 shown').waitFor();
    await panel.page.getByText('2 of 3 images: true apple').waitFor();
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
    await openJudged();
    await assertAccessibleInAllThemes(panel);
    assert.ok(
      (await panel.page.locator('.tile.wrong').count()) > 0 && (await panel.page.locator('.tile.right').count()) > 0,
    );
  });

  it('draws hostile names as nothing but themselves, and says what to do before a scan and without images', async () => {
    await writeScan(folder, hostileNames, 30);
    await open();
    await panel.page.getByText('30 shown').waitFor();
    await panel.page.getByRole('listbox', { name: 'Images' }).press('End');
    await panel.page.getByRole('listbox', { name: 'Images' }).press('Enter');
    await panel.page.getByRole('complementary', { name: /^Detail of __proto__/ }).waitFor();
    assert.equal(await panel.page.locator('img').count(), 0);
    assert.equal(
      await panel.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      0,
    );
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
    await eventually(() => assert.equal(scans, 1));
  });
});
