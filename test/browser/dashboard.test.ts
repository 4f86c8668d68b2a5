import { strict as assert } from 'node:assert';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DashboardPanel } from '../../extension/panels/dashboard/dashboardPanel.ts';
import { encodeEvent } from '../../trainer/protocol/events.ts';
import { runPaths } from '../../trainer/protocol/runPaths.ts';
import { eventually } from '../eventually.ts';
import { openDashboard, type HostedPanel } from './harness/openPanels.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { assertAccessibleInAllThemes, hostileNames } from './harness/themes.ts';
import { writeLadder } from './harness/writtenLadder.ts';

describe('dashboard in a browser', () => {
  let folder: string;
  let panel: HostedPanel<DashboardPanel>;
  const asked: string[] = [];
  const saved = new Map<string, string>();

  const open = async (
    workspace: RecordedWorkspace,
    ladderId: string,
    page: { savedState?: unknown; language?: string; reducedMotion?: boolean } = {},
  ) => {
    const act = (what: string) => (runId: string) => {
      asked.push(`${what} ${runId}`);
      return Promise.resolve();
    };
    panel = await openDashboard(workspace, ladderId, {
      page,
      actions: {
        stop: act('stop'),
        openConfusionMatrix: act('matrix'),
        openHardestImages: act('hardest'),
        trainNextStage: act('next'),
        restoreRun: () => act('restore')(ladderId),
      },
      saving: {
        save: (name, content) => {
          saved.set(name, Buffer.from(content).toString('utf8'));
          return Promise.resolve(true);
        },
        copy: () => Promise.resolve(),
      },
      log: (line) => asked.push(line),
    });
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-dashboard-'));
    asked.length = 0;
    saved.clear();
  });
  afterEach(async () => {
    await panel.close();
    rmSync(folder, { recursive: true });
  });

  it('shows the stages, moves with the run, and reaches every control by keyboard and pointer', async () => {
    const ids = writeLadder(folder, { lastState: 'running', lastEpochs: 4, stepsPerEpoch: 8, images: 120 });
    const workspace = new RecordedWorkspace(folder);
    await open(workspace, ids[0] ?? '');
    const { page } = panel;
    await page.getByRole('heading', { name: 'Fruit, ladder 1' }).waitFor();
    const strip = page.getByRole('group', { name: 'Stages of the ladder' }).getByRole('button');
    assert.equal(await strip.count(), 3);
    await page.getByText('stage 3 of 3 · epoch 5/12').waitFor();

    // The trainer writes another epoch, and keeps its weights as the best; nothing but the change travels.
    const paths = runPaths(path.join(folder, '.upsize/runs', ids[2] ?? ''));
    const last = workspace.runs().at(-1)?.summary;
    const epoch = last?.epochs.at(-1);
    assert.ok(last && epoch);
    const { time: _time, ...columns } = epoch;
    const added = { ...columns, epoch: 4, step: 40 };
    const best = {
      kind: 'best',
      file: 'best-2',
      epoch: 5,
      step: 40,
      weightsSha256: '0'.repeat(64),
      seconds: 0.1,
    } as const;
    appendFileSync(
      paths.events(1),
      encodeEvent({ type: 'epoch', ...added, valAccuracy: 0.777 }, last.lastSeq + 1, Date.now()) +
        encodeEvent({ type: 'checkpoint', ...best }, last.lastSeq + 2, Date.now()),
    );
    workspace.changed();
    await page.getByText('epoch 6/12').waitFor();
    await strip.nth(2).getByText('77.7').waitFor();

    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Show Confusion Matrix' }).click();
    await page.getByRole('button', { name: 'Show Hardest Images' }).click();
    assert.deepEqual(asked, [`stop ${ids[2]}`, `matrix ${ids[2]}`, `hardest ${ids[2]}`]);

    // Axis, metric, detail and smoothing by keyboard.
    await page.getByRole('radio', { name: 'epochs', exact: true }).focus();
    for (const name of ['steps', 'minutes', 'images']) {
      await page.keyboard.press('ArrowRight');
      await page.getByRole('radio', { name, exact: true, checked: true }).waitFor();
    }
    await page.getByRole('radio', { name: 'loss' }).click();
    await page.getByRole('radio', { name: 'step by step' }).click();
    await page.getByRole('radio', { name: 'smooth', exact: true }).click();

    // A click on a stage shows it alone; the chart can be walked and zoomed by keyboard.
    await strip.first().click();
    const chart = page.getByRole('img', { name: /^loss of Fruit/ });
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.plots > .chart [aria-live]').getByText('48 train').waitFor();
    await page.keyboard.press('+');
    await page.getByRole('button', { name: 'Show the whole ladder' }).click();
    await page.locator('.stage[aria-pressed="false"]').first().waitFor();

    await page.getByRole('tab', { name: 'log' }).click();
    await page.getByText('Engine: native').waitFor();
    await page.getByRole('tab', { name: 'per class' }).click();
    await page.getByRole('rowheader', { name: 'banana' }).waitFor();

    await page.getByRole('button', { name: 'loss: show as a table' }).click();
    await page.getByRole('columnheader', { name: 'mean loss' }).waitFor();
    await page.getByRole('button', { name: 'loss: save as CSV' }).click();
    await page.getByRole('button', { name: 'loss: save as SVG' }).click();
    await page.getByRole('button', { name: 'loss: show as a table' }).click();
    await page.getByRole('button', { name: 'loss: save as PNG' }).click();
    while (saved.size < 3) await page.waitForTimeout(20);
    assert.deepEqual([...saved.keys()].sort(), ['loss-by-images.csv', 'loss-by-images.png', 'loss-by-images.svg']);
    assert.match(saved.get('loss-by-images.csv') ?? '', /^run,from step,lowest loss,mean loss,highest loss\n48,0,/);
    assert.match(saved.get('loss-by-images.svg') ?? '', /^<svg/);

    const state = (await panel.savedState()) as { target: unknown; view: { metric: string; axis: string } };
    assert.deepEqual(state.target, { folder, ladderId: ids[0] });
    assert.deepEqual([state.view.metric, state.view.axis], ['loss', 'images']);
    assert.deepEqual(panel.complaints, []);
  });

  it('fetches detail of what is shown: by keyboard, wheel and drag; the other charts point at the same place', async () => {
    const ids = writeLadder(folder, { sizes: [48], epochs: 8, stepsPerEpoch: 100, images: 40 });
    const workspace = new RecordedWorkspace(folder);
    const ranges: { from: number; to: number }[] = [];
    const { records } = workspace;
    Object.assign(workspace, {
      records: {
        read: (...asked: Parameters<typeof records.read>) => {
          const [method, params] = asked;
          if (method === 'readSteps' && 'from' in params) ranges.push({ from: params.from, to: params.to });
          return records.read(...asked);
        },
      },
    });
    const view = {
      axis: 'steps',
      metric: 'loss',
      smoothing: '0',
      steps: true,
      below: 'log',
      chosen: null,
      range: null,
    };
    await open(workspace, ids[0] ?? '', { savedState: { target: {}, view } });
    const { page } = panel;
    /** The newest range that was asked for, once it is as it should be. */
    const asked = async (what: string, fits: (range: { from: number; to: number }) => boolean) => {
      const end = Date.now() + 20_000;
      for (;;) {
        const last = ranges.at(-1);
        if (last && fits(last)) return last;
        assert.ok(Date.now() < end, `${what}: ${JSON.stringify(ranges)}`);
        await page.waitForTimeout(20);
      }
    };
    const width = ({ from, to }: { from: number; to: number }) => to - from;
    const all = await asked('all steps', ({ from, to }) => from === 0 && to >= 600);
    const chart = page.getByRole('img', { name: /^loss of Fruit/ });
    await chart.focus();
    await page.keyboard.press('+');
    const half = await asked('half of them', (range) => Math.abs(width(range) - width(all) / 2) < 4);
    await page.keyboard.press('Shift+ArrowRight');
    await asked('those further on', (range) => range.from > half.from && Math.abs(width(range) - width(half)) < 4);
    await page.keyboard.press('0');
    await asked('all again', (range) => width(range) === width(all));

    const box = await chart.boundingBox();
    assert.ok(box);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -300);
    await page.keyboard.down('Control');
    for (let turn = 0; turn < 6; turn++) await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    const near = await asked('what the wheel shows', (range) => width(range) < width(all) - 20);
    await page.mouse.down();
    await page.mouse.move(x - 20, y);
    await page.mouse.move(x - 120, y, { steps: 5 });
    await page.mouse.up();
    await asked('what the drag shows', (range) => range.from > near.from);

    // The line and the values of the crosshair stand in the chart that is not pointed at, too.
    const other = page.locator('.side canvas').first();
    const drawn = () => other.evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : ''));
    await page.mouse.move(1, 1);
    const without = await drawn();
    await page.mouse.move(x, y);
    await page.mouse.move(x + 5, y);
    const end = Date.now() + 10_000;
    while ((await drawn()) === without) assert.ok(Date.now() < end, 'the other chart shows no crosshair');
    assert.deepEqual(panel.complaints, []);
  });

  it('is clean for axe-core in four themes, and changes its colours without a reload', async () => {
    const ids = writeLadder(folder, { epochs: 6, stepsPerEpoch: 4, images: 60 });
    await open(new RecordedWorkspace(folder), ids[0] ?? '');
    await assertAccessibleInAllThemes(panel);
    const stroke = () => panel.page.locator('.legend path').first().getAttribute('stroke');
    await panel.setTheme('dark');
    const dark = await stroke();
    await panel.setTheme('light');
    assert.notEqual(await stroke(), dark);
  });

  it('comes back after a reload as it was', async () => {
    const ids = writeLadder(folder, { epochs: 6, stepsPerEpoch: 4, images: 60 });
    const view = {
      axis: 'minutes',
      metric: 'loss',
      smoothing: '0.6',
      steps: false,
      below: 'log',
      chosen: ids[1],
      range: null,
    };
    await open(new RecordedWorkspace(folder), ids[0] ?? '', { savedState: { target: {}, view }, language: 'de' });
    const { page } = panel;
    assert.equal(await page.getByRole('radio', { name: 'minutes' }).getAttribute('aria-checked'), 'true');
    assert.equal(await page.getByRole('tab', { name: 'log' }).getAttribute('aria-selected'), 'true');
    // Numbers are written as the reader's language writes them.
    await page
      .locator('.accuracy')
      .first()
      .getByText(/^\d\d,\d/)
      .waitFor();
  });

  it('shows a chart as a table again after a reload, whatever it draws by then', async () => {
    const ids = writeLadder(folder, { epochs: 6, stepsPerEpoch: 4, images: 60 });
    const workspace = new RecordedWorkspace(folder);
    await open(workspace, ids[0] ?? '');
    // Both before the panel is drawn again: neither choice may be lost.
    const first = panel.page.getByRole('button', { name: 'accuracy, %: show as a table' });
    const second = await panel.page.getByRole('button', { name: 'memory: show as a table' }).elementHandle();
    await first.evaluate((button: HTMLElement, other) => {
      button.click();
      if (other instanceof HTMLElement) other.click();
    }, second);
    await panel.page.getByRole('radio', { name: 'loss' }).click();
    await panel.page.getByRole('region', { name: 'loss, table' }).waitFor();
    const savedState = await panel.savedState();
    await panel.close();

    await open(workspace, ids[0] ?? '', { savedState });
    const { page } = panel;
    await page.getByRole('region', { name: 'loss, table' }).waitFor();
    assert.equal(await page.getByRole('img', { name: /^loss of Fruit/ }).count(), 0);
    await page.getByRole('region', { name: 'memory, table' }).waitFor();
    assert.equal(await page.getByRole('region', { name: 'images/s, table' }).count(), 0);
    await page.getByRole('button', { name: 'loss: show as a table' }).click();
    await page.getByRole('img', { name: /^loss of Fruit/ }).waitFor();
  });

  it('draws hostile names, NaN and infinity as nothing but themselves', async () => {
    const [first = '', second = '', third = ''] = hostileNames;
    const ids = writeLadder(folder, {
      name: first,
      classNames: hostileNames,
      epochs: 6,
      stepsPerEpoch: 4,
      images: 60,
      notFinite: true,
      lastState: 'failed',
      lastEpochs: 3,
    });
    const workspace = new RecordedWorkspace(folder);
    workspace.names.set(ids[0] ?? '', second);
    workspace.names.set(ids[1] ?? '', third);
    workspace.names.set(ids[2] ?? '', hostileNames[3] ?? '');
    await open(workspace, ids[0] ?? '');
    const { page } = panel;
    // The ladder is called as its first run is.
    await page.getByRole('heading', { name: `${first}, ${second}` }).waitFor();
    await page.getByText('Lower the learning rate').first().waitFor();
    await page.getByRole('radio', { name: 'loss' }).click();
    await page.getByRole('button', { name: 'loss: show as a table' }).click();
    await page.getByRole('cell', { name: 'NaN' }).first().waitFor();
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.title(), 'dashboard');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, 'a long name does not make the page wider');
    assert.deepEqual(panel.complaints, []);
  });

  it('says that a ladder is gone, also while it is shown', async () => {
    const ids = writeLadder(folder, { epochs: 4, stepsPerEpoch: 4, images: 20 });
    const workspace = new RecordedWorkspace(folder);
    await open(workspace, ids[0] ?? '');
    rmSync(path.join(folder, '.upsize'), { recursive: true });
    workspace.changed();
    await panel.page.getByRole('heading', { name: 'This ladder is gone' }).waitFor();
    await assertAccessibleInAllThemes(panel);
    await panel.page.getByRole('button', { name: 'Restore Deleted Run' }).click();
    // A question that was under way when the run went is answered in the log.
    await eventually(() =>
      assert.deepEqual(
        asked.filter((one) => !one.endsWith('This run is gone.')),
        [`restore ${ids[0]}`],
      ),
    );
    // It is back, and so is the dashboard.
    writeLadder(folder, { epochs: 4, stepsPerEpoch: 4, images: 20 });
    workspace.changed();
    await panel.page.getByRole('heading', { name: 'Fruit, ladder 1' }).waitFor();
  });

  it('moves nothing by itself where less motion is wished for', async () => {
    const ids = writeLadder(folder, { lastState: 'running', lastEpochs: 4, stepsPerEpoch: 8, images: 40 });
    const running = async (reducedMotion: boolean) => {
      await open(new RecordedWorkspace(folder), ids[0] ?? '', { reducedMotion });
      await panel.page.locator('.live-sign').waitFor();
      return panel.page.evaluate(() => document.getAnimations().length);
    };
    assert.equal(await running(true), 0);
    await panel.close();
    assert.ok((await running(false)) > 0, 'otherwise the sign of a live run turns');
  });

  it('says what comes where there is no epoch yet', async () => {
    const ids = writeLadder(folder, { sizes: [48], lastState: 'running', lastEpochs: 0 });
    await open(new RecordedWorkspace(folder), ids[0] ?? '');
    await panel.page.getByText('The curves begin when the first epoch is done.').waitFor();
    await panel.page.getByText('Each class has its figures here').waitFor();
    await assertAccessibleInAllThemes(panel);
  });
});
