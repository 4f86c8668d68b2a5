import { closeBrowser, sharedBrowser } from '../test/browser/harness/panelPage.ts';
import type { Bench, BenchOptions, BenchRow, Goal } from './bench.ts';
import { benchRow } from './benchRow.ts';
import { LoggedRun, measureDashboard } from './panels/dashboard.ts';
import { measureGallery, ScannedImages } from './panels/gallery.ts';
import { TensorBoard, tensorBoardVersion } from './panels/tensorBoard.ts';

const loggedSteps = [1000, 100_000, 1_000_000];
const imageCounts = [1000, 10_000, 100_000];
const peer = `TensorBoard ${tensorBoardVersion}`;
const number = new Intl.NumberFormat('en-GB');

/** How fast the panels stand and how evenly they move, in headless Chromium, with the hosts that the extension runs. */
export const panelsBench: Bench = {
  name: 'panels',
  title:
    'The panels in headless Chromium, which draws without a GPU. Dashboard: from the start of its page, with the run read anew, until the loss stands step by step; then the longest frame while it is pointed at, zoomed and panned. TensorBoard beside it: the same losses, its server started and the log read before it is timed, its page until the chart is drawn (it keeps a sample of 1,000 of the steps). Gallery: from the start of its page, with the scan read anew, until the first pictures of the grid stand; the same in an open page from when a scan is there, without the carriage of messages, which is VS Code’s; then frames of more than 50 ms, frames with a gap, and what the heap grew by, while 20,000 pixels are scrolled.',
  async run(options) {
    try {
      return [...(await dashboardRows(options)), ...(await galleryRows(options))];
    } finally {
      await closeBrowser();
    }
  },
};

/** Rows of one subject, which are measured together: what each is called, and its figures. */
class Rows {
  readonly #figures = new Map<string, number[]>();

  add(name: string, figure: number): void {
    this.#figures.set(name, [...(this.#figures.get(name) ?? []), figure]);
  }

  row(name: string, { unit = 'ms', goal = null, against }: { unit?: string; goal?: Goal; against?: string }): BenchRow {
    const values = against === undefined ? undefined : this.#figures.get(against);
    const beside = values === undefined ? {} : { peer: { name: peer, values } };
    const upsize = this.#figures.get(name) ?? [];
    return benchRow({ case: name, unit, better: 'less', upsize, ...beside, goal });
  }
}

async function dashboardRows({ rounds, only, quick, progress }: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const steps of quick ? loggedSteps.slice(0, 1) : loggedSteps) {
    const name = `dashboard, ${number.format(steps)} steps`;
    if (!name.includes(only)) continue;
    const run = new LoggedRun(steps);
    let board: TensorBoard | null = null;
    try {
      board = await TensorBoard.over(run);
      const measured = new Rows();
      // The first page also starts the browser: it is not counted.
      await measureDashboard(run);
      for (let round = 0; round < rounds; round++) {
        const own = await measureDashboard(run);
        const theirs = await board.measure(await sharedBrowser());
        progress(`${name}: ${JSON.stringify({ own, theirs })}`);
        measured.add(`${name}: open`, own.open);
        measured.add(`${name}: longest frame, pointing`, own.pointing);
        measured.add(`${name}: longest frame, zooming and panning`, own.zooming);
        measured.add('open', theirs.open);
        measured.add('pointing', theirs.pointing);
      }
      const frame = { atMost: 50 };
      rows.push(
        measured.row(`${name}: open`, { goal: { atMost: 1000 }, against: 'open' }),
        measured.row(`${name}: longest frame, pointing`, { goal: frame, against: 'pointing' }),
        measured.row(`${name}: longest frame, zooming and panning`, { goal: frame }),
      );
    } finally {
      board?.stop();
      run.remove();
    }
  }
  return rows;
}

async function galleryRows({ rounds, only, quick, progress }: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const images of quick ? imageCounts.slice(0, 1) : imageCounts) {
    const name = `gallery, ${number.format(images)} images`;
    if (!name.includes(only)) continue;
    const scan = await ScannedImages.make(images);
    try {
      const measured = new Rows();
      await measureGallery(scan);
      for (let round = 0; round < rounds; round++) {
        const figures = await measureGallery(scan);
        progress(`${name}: ${JSON.stringify(figures)}`);
        measured.add(`${name}: open`, figures.open);
        measured.add(`${name}: first pictures of a new scan`, figures.scanned);
        measured.add(`${name}: frames over 50 ms, scrolling`, figures.stutters);
        measured.add(`${name}: frames with a gap, scrolling`, figures.empty);
        measured.add(`${name}: heap grown by scrolling`, figures.grown);
      }
      rows.push(
        measured.row(`${name}: open`, {}),
        measured.row(`${name}: first pictures of a new scan`, { goal: { atMost: 300 } }),
        measured.row(`${name}: frames over 50 ms, scrolling`, { unit: 'frames', goal: { atMost: 0 } }),
        measured.row(`${name}: frames with a gap, scrolling`, { unit: 'frames', goal: { atMost: 0 } }),
        measured.row(`${name}: heap grown by scrolling`, { unit: 'MB', goal: { atMost: 2 } }),
      );
    } finally {
      scan.remove();
    }
  }
  return rows;
}
