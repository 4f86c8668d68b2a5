import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { openGallery, type PanelPage } from '../../test/browser/harness/openPanels.ts';
import { RecordedWorkspace } from '../../test/browser/harness/recordedWorkspace.ts';
import { fruit } from '../../test/browser/harness/writtenLadder.ts';
import { writeScan } from '../../test/browser/harness/writtenScan.ts';
import { scanFile } from '../../trainer/protocol/scanFile.ts';
import { framesDuring, shownAfter, watchPage } from './pageFrames.ts';

const sheetPixels = 1024;
/** A fast reader: each turn of the wheel is a third of what is seen. */
const wheelPixels = 200;
const wheelTurns = 100;
/** Longer frames are seen as a stutter. */
const stutterMs = 50;

/** A scan of so many images, as the trainer would have written it. */
export class ScannedImages {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'upsize-scanned-'));
  /** A sheet of thumbnails, as hard to decode as one of photographs. */
  readonly sheet: Buffer;

  private constructor(sheet: Buffer) {
    this.sheet = sheet;
  }

  static async make(images: number): Promise<ScannedImages> {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const create = { width: sheetPixels, height: sheetPixels, channels: 3, background: '#808080', noise } as const;
    const made = new ScannedImages(await sharp({ create }).blur(1).jpeg({ quality: 80 }).toBuffer());
    await writeScan(made.folder, fruit, images, { sheets: true });
    return made;
  }

  /** How its gallery's page is opened. */
  get page(): PanelPage {
    return {
      before: [watchPage, decodeShownSheets],
      files: (name) => (/^sheet-\d+\.jpg$/.test(name) ? this.sheet : null),
    };
  }

  /** Puts the scan where the gallery looks for it, or takes it away. */
  put(there: boolean): void {
    const file = scanFile(this.folder, path.join(this.folder, 'photos'));
    const away = `${file}.away`;
    if (there && existsSync(away)) renameSync(away, file);
    else if (!there && existsSync(file)) renameSync(file, away);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Of one gallery; times in milliseconds. */
export interface GalleryFigures {
  /** From the start of its page until the first pictures stand. */
  open: number;
  /** From when a scan is there until the first pictures stand, in a page that was open; without what carries messages. */
  scanned: number;
  /** Frames that stutter, and frames with nothing to show, while it is scrolled. */
  stutters: number;
  empty: number;
  /** Megabytes of the page's heap that are there after scrolling and were not before. */
  grown: number;
}

export async function measureGallery(scan: ScannedImages): Promise<GalleryFigures> {
  const scanned = await measureNewScan(scan);
  const panel = await openGallery(new RecordedWorkspace(scan.folder), { page: scan.page });
  try {
    const { page } = panel;
    const open = await firstPictures(page);
    const grid = await page.getByRole('listbox', { name: 'Images' }).boundingBox();
    if (!grid) throw new Error('The gallery has no grid.');
    const before = await heapOf(page);
    await page.mouse.move(grid.x + grid.width / 2, grid.y + grid.height / 2);
    const frames = await framesDuring(page, async () => {
      for (let turn = 0; turn < wheelTurns; turn++) await page.mouse.wheel(0, wheelPixels);
    });
    const grown = ((await heapOf(page)) - before) / 1e6;
    const empty = await page.evaluate(() => window.upsizeBench.emptyFrames);
    return { open, scanned, stutters: frames.filter((milliseconds) => milliseconds > stutterMs).length, empty, grown };
  } finally {
    await panel.close();
  }
}

/**
 * A page without images gets a scan. What is between host and page is Playwright here and VS Code's elsewhere: the time until the host
 * has sent it, and the time from when the page has it, are added.
 */
async function measureNewScan(scan: ScannedImages): Promise<number> {
  scan.put(false);
  const panel = await openGallery(new RecordedWorkspace(scan.folder), { page: scan.page });
  try {
    const { page, host } = panel;
    await page.getByRole('button', { name: 'Scan Dataset' }).waitFor();
    await page.evaluate(() => {
      window.addEventListener('message', () => (window.upsizeArrived = performance.now()), true);
    });
    scan.put(true);
    const began = performance.now();
    await host.channel.sendSnapshot();
    const sending = performance.now() - began;
    const shown = await firstPictures(page);
    return sending + shown - (await page.evaluate(() => window.upsizeArrived ?? 0));
  } finally {
    scan.put(true);
    await panel.close();
  }
}

/** Milliseconds from the start of the navigation until the first pictures stood. */
async function firstPictures(page: Page): Promise<number> {
  await shownAfter(page, 'window.upsizeShown');
  return page.evaluate(() => window.upsizeShown ?? 0);
}

/** Bytes of the page's heap that are in use. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

declare global {
  interface Window {
    /** When the first pictures of the grid stood. */
    upsizeShown?: number;
    /** When its last message came. */
    upsizeArrived?: number;
  }
}

/** In the page, before its own scripts: waits for the grid's first pictures, and until what they are cut out of is decoded. */
function decodeShownSheets(): void {
  const look = () => {
    const pictures = [...document.querySelectorAll('[role="listbox"] .picture')];
    const addresses = new Set(
      pictures.map((picture) => (picture instanceof HTMLElement ? picture.style.backgroundImage.slice(5, -2) : '')),
    );
    if (addresses.size === 0) {
      requestAnimationFrame(look);
      return;
    }
    const decoded = [...addresses].map((address) => {
      const image = new Image();
      image.src = address;
      return image.decode();
    });
    void Promise.all(decoded).then(() => requestAnimationFrame(() => (window.upsizeShown = performance.now())));
  };
  look();
}
