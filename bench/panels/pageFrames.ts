import type { Page } from 'playwright-core';

/** What `watchPage` keeps in the page. */
interface Watched {
  /** Lines drawn on canvases so far. */
  lines: number;
  /** When each frame began since `startFrames`, in milliseconds. */
  frames: number[] | null;
  /** Frames in which part of a scrolled list had nothing to show. */
  emptyFrames: number;
}

declare global {
  interface Window {
    upsizeBench: Watched;
  }
}

/** Runs in a page before its own scripts: counts what is drawn, and notes when frames begin. */
export function watchPage(): void {
  const watched: Watched = { lines: 0, frames: null, emptyFrames: 0 };
  window.upsizeBench = watched;
  const { prototype } = CanvasRenderingContext2D;
  const draw: unknown = Object.getOwnPropertyDescriptor(prototype, 'lineTo')?.value;
  if (typeof draw === 'function') {
    prototype.lineTo = function counted(...place) {
      watched.lines++;
      Reflect.apply(draw, this, place);
    };
  }
  const frame = (now: number) => {
    watched.frames?.push(now);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  // Before the list itself hears of it: what it has now is what the reader saw while it was scrolled here.
  document.addEventListener(
    'scroll',
    ({ target }) => {
      if (!(target instanceof Element) || target.getAttribute('role') !== 'listbox') return;
      const { top, bottom } = target.getBoundingClientRect();
      const tiles = [...target.querySelectorAll('.tile')].map((tile) => tile.getBoundingClientRect());
      const [first, last] = [Math.min(...tiles.map((tile) => tile.top)), Math.max(...tiles.map((tile) => tile.bottom))];
      const gap = 8;
      if (first > top + gap || last < bottom - gap) watched.emptyFrames++;
    },
    true,
  );
}

/** Milliseconds from the start of the navigation until the page has drawn at least so many lines on its canvases, and shown them. */
export async function drawnAfter(page: Page, lines: number): Promise<number> {
  return shownAfter(page, `window.upsizeBench.lines >= ${lines}`);
}

const mostMs = 60_000;

/**
 * Milliseconds from the start of the navigation until an expression is true in the page, and what made it so is shown. Throws where
 * it is not within a minute.
 */
export async function shownAfter(page: Page, expression: string): Promise<number> {
  const found = await page.evaluate<unknown>(`new Promise((resolve, reject) => {
    const look = () => {
      if (${expression}) requestAnimationFrame(() => resolve(performance.now()));
      else if (performance.now() > ${mostMs}) reject(new Error('Not so within ${mostMs} ms: ' + ${JSON.stringify(expression)}));
      else requestAnimationFrame(look);
    };
    look();
  })`);
  return Number(found);
}

/** Milliseconds between frames while something is done with a page. */
export async function framesDuring(page: Page, gesture: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    window.upsizeBench.frames = [];
  });
  await gesture();
  const began = await page.evaluate(() => window.upsizeBench.frames ?? []);
  return began.slice(1).map((time, at) => time - (began[at] ?? time));
}
