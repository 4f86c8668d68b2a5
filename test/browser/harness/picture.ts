import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

const folder = path.resolve(import.meta.dirname, '../../fixtures/pictures');
const width = 320;
/** Letters become even grey by that blur, so that those of another font are nearly the same. */
const blur = 3;
/** How far a grey value, of 255, may be from the kept one before its pixel counts as another. */
const otherBy = 8;
/** Pictures are compared tile by tile, for a chart that is missing is little of a page and all of a tile. */
const tile = 40;
/** How far a tile may have moved, in pixels of the kept picture: another font makes some lines wider or higher. */
const mostShift = 6;
/**
 * The largest share of other pixels in a tile. Fonts of other widths come to 0.11, a small chart that is missing to 0.15,
 * a large one to 1. A font with which lines break elsewhere is another picture.
 */
const mostOthers = 0.13;

/** A screenshot as it is kept: small and grey. */
const small = (screenshot: Buffer) => sharp(screenshot).resize({ width }).greyscale().png({ effort: 10 }).toBuffer();

const greyValues = (picture: Buffer) =>
  sharp(picture).greyscale().blur(blur).raw().toBuffer({ resolveWithObject: true });
type GreyValues = Awaited<ReturnType<typeof greyValues>>;

/** The share of pixels of a tile of one picture that are others in the other, where that is moved by so much. */
function othersInTile(one: GreyValues, other: GreyValues, x: number, y: number, byX: number, byY: number): number {
  let others = 0;
  for (let row = y; row < y + tile; row++) {
    for (let column = x; column < x + tile; column++) {
      const value = one.data[row * one.info.width + column] ?? 0;
      const moved = other.data[(row + byY) * other.info.width + column + byX] ?? 0;
      if (Math.abs(value - moved) > otherBy) others++;
    }
  }
  return others / tile ** 2;
}

/** The tile of a picture that is least like the other one, wherever it fits there best. */
function worstTile(one: GreyValues, other: GreyValues): number {
  const { width, height } = one.info;
  let worst = 0;
  for (let y = 0; y + tile <= height; y += tile / 2) {
    for (let x = 0; x + tile <= width; x += tile / 2) {
      let best = 1;
      for (let byY = -mostShift; byY <= mostShift && best > worst; byY++) {
        for (let byX = -mostShift; byX <= mostShift; byX += 2) {
          const inside = y + byY >= 0 && x + byX >= 0 && y + byY + tile <= height && x + byX + tile <= width;
          if (inside) best = Math.min(best, othersInTile(one, other, x, y, byX, byY));
        }
      }
      worst = Math.max(worst, best);
    }
  }
  return worst;
}

/** How far two kept pictures are from each other, 0 to 1: the share of other pixels in the tile where they differ most. */
async function pictureDistance(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = [await greyValues(one), await greyValues(other)];
  if (a.info.width !== b.info.width || a.info.height !== b.info.height) return 1;
  return Math.max(worstTile(a, b), worstTile(b, a));
}

/** The page once nothing in it moves any more: two screenshots in a row are the same. */
async function stillPicture(page: Page): Promise<Buffer> {
  let before: Buffer = Buffer.alloc(0);
  for (let look = 0; look < 40; look++) {
    const screenshot = await page.screenshot();
    if (screenshot.equals(before)) return small(screenshot);
    before = screenshot;
    await page.waitForTimeout(150);
  }
  throw new Error('The page never stands still.');
}

/**
 * Asserts that a page looks as its kept picture does, `test/fixtures/pictures/NAME.png`, but for fonts.
 * `UPSIZE_UPDATE_PICTURES=1` keeps how it looks now instead.
 */
export async function assertLooksAsKept(page: Page, name: string): Promise<void> {
  const now = await stillPicture(page);
  const file = path.join(folder, `${name}.png`);
  if (process.env['UPSIZE_UPDATE_PICTURES'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, now);
    return;
  }
  assert.ok(existsSync(file), `${file} is missing. UPSIZE_UPDATE_PICTURES=1 makes it.`);
  const distance = await pictureDistance(now, readFileSync(file));
  if (distance <= mostOthers) return;
  const seen = path.join(tmpdir(), `upsize-${name}.png`);
  writeFileSync(seen, now);
  assert.fail(
    `${name} looks different: in some part ${(distance * 100).toFixed(0)} % of the pixels are others, at most ` +
      `${mostOthers * 100} % may be. Compare ${seen} with ${file}; where it is right, UPSIZE_UPDATE_PICTURES=1 keeps it.`,
  );
}
