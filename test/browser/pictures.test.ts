import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { PanelWorkspace } from '../../extension/panels/panelServices.ts';
import { openComparison, openDashboard, openGallery, openHardest, openMatrix } from './harness/openPanels.ts';
import type { OpenPanel } from './harness/panelPage.ts';
import { assertLooksAsKept } from './harness/picture.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { fruit, writeLadder } from './harness/writtenLadder.ts';
import { writeScan } from './harness/writtenScan.ts';

/** Drawn in the page before its scripts: what is chosen at random is the same each time. */
const withoutChance = () => {
  let last = 1;
  Math.random = () => {
    last = (last * 48_271) % 2_147_483_647;
    return last / 2_147_483_647;
  };
};

describe('panels look as they did', function () {
  this.timeout(180_000);
  let folder: string;
  let ids: string[];
  let panel: OpenPanel;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-pictures-'));
    ids = writeLadder(folder, { epochs: 12, stepsPerEpoch: 8, images: 300 });
    await writeScan(folder, fruit, 300);
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => panel.close());

  /** A panel in dark, and then in light without a reload. */
  const assertLooks = async (name: string, opened: OpenPanel, ready: string) => {
    panel = opened;
    await panel.page.locator(ready).first().waitFor();
    for (const theme of ['dark', 'light'] as const) {
      await panel.setTheme(theme);
      await assertLooksAsKept(panel.page, `${name}-${theme}`);
    }
    assert.deepEqual(panel.complaints, []);
  };
  const page = { width: 1200, height: 900, before: [withoutChance] };

  it('dashboard', async () => {
    const opened = await openDashboard(new RecordedWorkspace(folder), ids[0] ?? '', { page });
    await assertLooks('dashboard', opened, '[aria-label="Recall of each class, table"] tbody tr');
  });

  it('gallery', async () => {
    await assertLooks('datasetGallery', await openGallery(new RecordedWorkspace(folder), { page }), '.random li > *');
  });

  it('confusion matrix', async () => {
    const opened = await openMatrix(new RecordedWorkspace(folder), ids[2] ?? '', { page });
    await assertLooks('confusionMatrix', opened, 'canvas');
  });

  it('comparison of runs', async () => {
    await assertLooks('compareRuns', await openComparison(new RecordedWorkspace(folder), ids, { page }), 'canvas');
  });

  it('hardest images', async () => {
    const side = 24;
    const pixels = Buffer.from(Array.from({ length: side * side * 3 }, (_, at) => (at * 7) % 256));
    const png = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer();
    const ask: PanelWorkspace['ask'] = () =>
      Promise.resolve({
        dataUri: `data:image/png;base64,${png.toString('base64')}`,
        size: side,
        className: 'fig',
        heat: { width: 2, height: 2, values: [0, 0.2, 0.6, 1] },
      } as never);
    const opened = await openHardest(new RecordedWorkspace(folder, ask), ids[2] ?? '', { page });
    await assertLooks('hardestImages', opened, '.hard img');
  });
});
