import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { openGallery } from '../../test/browser/harness/openPanels.ts';
import { RecordedWorkspace } from '../../test/browser/harness/recordedWorkspace.ts';
import { fruit } from '../../test/browser/harness/writtenLadder.ts';
import { writeScan } from '../../test/browser/harness/writtenScan.ts';
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

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Milliseconds until the first pictures stand; frames that stutter, and frames with nothing to show, while it is scrolled. */
export async function measureGallery(scan: ScannedImages): Promise<{ paint: number; stutters: number; empty: number }> {
  const files = (name: string) => (/^sheet-\d+\.jpg$/.test(name) ? scan.sheet : null);
  const panel = await openGallery(new RecordedWorkspace(scan.folder), { page: { before: watchPage, files } });
  try {
    const { page } = panel;
    await page.evaluate(decodeShownSheets);
    const paint = await shownAfter(page, 'window.upsizeShown');
    const grid = await page.getByRole('listbox', { name: 'Images' }).boundingBox();
    if (!grid) throw new Error('The gallery has no grid.');
    await page.mouse.move(grid.x + grid.width / 2, grid.y + grid.height / 2);
    const frames = await framesDuring(page, async () => {
      for (let turn = 0; turn < wheelTurns; turn++) await page.mouse.wheel(0, wheelPixels);
    });
    const empty = await page.evaluate(() => window.upsizeBench.emptyFrames);
    return { paint, stutters: frames.filter((milliseconds) => milliseconds > stutterMs).length, empty };
  } finally {
    await panel.close();
  }
}

declare global {
  interface Window {
    /** Whether the first pictures of the grid are there. */
    upsizeShown?: boolean;
  }
}

/** In the page: waits for the grid's first pictures, and until what they are cut out of is decoded. */
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
    void Promise.all(decoded).then(() => (window.upsizeShown = true));
  };
  look();
}
