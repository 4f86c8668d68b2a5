import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openDashboard } from '../../test/browser/harness/openPanels.ts';
import { RecordedWorkspace } from '../../test/browser/harness/recordedWorkspace.ts';
import { writeLadder } from '../../test/browser/harness/writtenLadder.ts';
import { defaultDashboardView } from '../../webviews/dashboard/dashboardView.ts';
import { drawnAfter, framesDuring, watchPage } from './pageFrames.ts';

const epochs = 10;
/** As a trainer logs that makes about 100 steps a second. */
const stepsPerLine = 10;
/** Ten epochs and the lines of axes are fewer; a curve step by step with its band is more. */
const linesOfSteps = 300;
const moves = 40;

/** A run with so many logged steps, as its trainer would have written it. */
export class LoggedRun {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'upsize-logged-'));
  readonly id: string;

  constructor(steps: number) {
    const shape = { sizes: [48], epochs, lastEpochs: epochs, stepsPerEpoch: steps / epochs, stepsPerLine, images: 100 };
    this.id = writeLadder(this.folder, shape)[0] ?? '';
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Milliseconds: until its curve stands step by step, and the longest frame while it is pointed at, zoomed and panned. */
export async function measureDashboard(run: LoggedRun): Promise<{ open: number; pointing: number; zooming: number }> {
  // Of a window that has not looked at this run yet.
  const workspace = new RecordedWorkspace(run.folder);
  const view = { ...defaultDashboardView, metric: 'loss', axis: 'steps', steps: true };
  const page = { before: [watchPage], savedState: { target: {}, view } };
  const panel = await openDashboard(workspace, run.id, { page });
  try {
    const open = await drawnAfter(panel.page, linesOfSteps);
    const chart = panel.page.getByRole('img', { name: /^loss of / });
    const box = await chart.boundingBox();
    if (!box) throw new Error('The dashboard has no chart.');
    const pointing = await framesDuring(panel.page, () => pointAcross(panel.page, box));
    const zooming = await framesDuring(panel.page, () => zoomAndPan(panel.page, box));
    return { open, pointing: Math.max(...pointing), zooming: Math.max(...zooming) };
  } finally {
    await panel.close();
  }
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Moves the pointer from the left of a chart to its right. */
export async function pointAcross(page: Page, { x, y, width, height }: Box): Promise<void> {
  for (let at = 1; at <= moves; at++) await page.mouse.move(x + (width * at) / (moves + 1), y + height / 2);
}

async function zoomAndPan(page: Page, { x, y, width, height }: Box): Promise<void> {
  const [middle, half] = [x + width / 2, y + height / 2];
  await page.mouse.move(middle, half);
  await page.keyboard.down('Control');
  for (let at = 0; at < moves / 2; at++) await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await page.mouse.down();
  for (let at = 1; at <= moves; at++) await page.mouse.move(middle - at * 4, half);
  await page.mouse.up();
}
