import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { panelHtml } from '../../../extension/panels/panelHtml.ts';
import { webviewBundles } from '../../../scripts/bundles.ts';
import { ensureChromium } from '../../../scripts/vscode/chromium.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const origin = 'https://panel.test';

/** VS Code's four kinds of theme. */
export const themeKinds = ['dark', 'light', 'highContrast', 'highContrastLight'] as const;
export type ThemeKind = (typeof themeKinds)[number];

const bodyClass: Record<ThemeKind, string> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  highContrast: 'vscode-high-contrast',
  highContrastLight: 'vscode-high-contrast-light vscode-high-contrast',
};

/** VS Code's variables in its default themes of a kind, as read from the editor. */
export function themeVariables(kind: ThemeKind): Record<string, string> {
  const file = path.join(root, 'test/fixtures/themes', `${kind}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
}

let browser: Promise<Browser> | null = null;
let bundles: Promise<string> | null = null;
const profile = mkdtempSync(path.join(tmpdir(), 'upsize-browser-'));

async function launch(): Promise<Browser> {
  const executablePath = await ensureChromium(() => undefined);
  const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--font-render-hinting=none',
  ];
  return chromium.launch({ executablePath, args: flags });
}

/** Bundles the panels as they ship, once a test process. */
async function bundle(): Promise<string> {
  const settings = webviewBundles({ production: true, dist: profile });
  await build(settings);
  return settings.outdir;
}

/** A panel in a real browser page, with its host in this process. */
export interface OpenPanel {
  page: Page;
  /** What the page complained of: errors, and what its content-security policy stopped. */
  complaints: string[];
  setTheme(kind: ThemeKind): Promise<void>;
  /** What the view saved for a reload. */
  savedState(): Promise<unknown>;
  close(): Promise<void>;
}

/** How a panel is opened in a page. */
export interface OpenOptions {
  panel: string;
  theme?: ThemeKind;
  width?: number;
  height?: number;
  language?: string;
  reducedMotion?: boolean;
  savedState?: unknown;
  /** Run in the page before its own scripts; functions of nothing but themselves. */
  before?: readonly (() => void)[];
  /** Files besides the bundle that the page may load: path below the origin, to bytes. */
  files?: (name: string) => Uint8Array | null;
  /** Makes the host; what it posts goes to the page. Returns what takes the page's messages. */
  connect: (post: (message: unknown) => void) => (message: unknown) => Promise<void>;
}

/** The browser that all pages of this process are opened in. */
export function sharedBrowser(): Promise<Browser> {
  browser ??= launch();
  return browser;
}

/** Opens a panel. Its page has the very HTML that the extension serves, and VS Code's theme variables. */
export async function openPanel(options: OpenOptions): Promise<OpenPanel> {
  bundles ??= bundle();
  const [chrome, folder] = [await sharedBrowser(), await bundles];
  const context = await chrome.newContext({
    viewport: { width: options.width ?? 1200, height: options.height ?? 900 },
    locale: options.language ?? 'en-GB',
    reducedMotion: options.reducedMotion === false ? 'no-preference' : 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const html = panelHtml({
    title: options.panel,
    language: options.language ?? 'en-GB',
    nonce: randomBytes(16).toString('hex'),
    cspSource: origin,
    scriptUri: `${origin}/${options.panel}.js`,
    styleUri: `${origin}/${options.panel}.css`,
  });
  await page.route(`${origin}/**`, async (route) => {
    const name = decodeURIComponent(new URL(route.request().url()).pathname.slice(1));
    if (name === '') return route.fulfill({ contentType: 'text/html', body: html });
    const given = options.files?.(name);
    if (given) {
      const contentType = { '.js': 'text/javascript', '.css': 'text/css' }[path.extname(name)] ?? 'image/jpeg';
      return route.fulfill({ body: Buffer.from(given), contentType });
    }
    const file = path.join(folder, path.basename(name));
    if (!existsSync(file)) return route.fulfill({ status: 404 });
    const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
    return route.fulfill({
      body: readFileSync(file),
      contentType: types[path.extname(name)] ?? 'application/octet-stream',
    });
  });

  for (const script of options.before ?? []) await page.addInitScript(script);
  let loaded = false;
  const early: unknown[] = [];
  const post = (message: unknown) => {
    if (!loaded) early.push(message);
    // As JSON, as VS Code carries it.
    else
      void page
        .evaluate((text) => window.postMessage(JSON.parse(text)), JSON.stringify(message))
        .catch(() => undefined);
  };
  const receive = options.connect(post);
  await page.exposeFunction('upsizeToHost', (message: unknown) => {
    loaded = true;
    for (const kept of early.splice(0)) post(kept);
    return receive(message);
  });
  await page.addInitScript((saved) => {
    let state: unknown = saved;
    Object.assign(window, {
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) =>
          void (Reflect.get(window, 'upsizeToHost') as (message: unknown) => void)(message),
        getState: () => state,
        setState: (next: unknown) => {
          state = next;
          Reflect.set(window, 'upsizeSavedState', next);
        },
      }),
    });
  }, options.savedState);
  const classes: Record<string, string> = bodyClass;
  const styles: Record<string, Record<string, string>> = Object.fromEntries(
    themeKinds.map((kind) => [kind, themeVariables(kind)]),
  );
  await page.addInitScript(
    ({ all, classes, first, calm }) => {
      const set = (kind: string) => {
        const { style } = document.documentElement;
        for (const name of Object.values(all).flatMap((variables) => Object.keys(variables)))
          style.removeProperty(name);
        for (const [name, value] of Object.entries(all[kind] ?? {})) style.setProperty(name, value);
        document.body.className = `${classes[kind] ?? ''}${calm ? ' vscode-reduce-motion' : ''}`;
      };
      Object.assign(window, { upsizeSetTheme: set });
      // Before any script of the page's body runs.
      new MutationObserver((_, observer) => {
        if (!document.body) return;
        observer.disconnect();
        set(first);
      }).observe(document, { childList: true, subtree: true });
    },
    {
      all: styles,
      classes,
      first: options.theme ?? 'dark',
      calm: options.reducedMotion !== false,
    },
  );
  await page.goto(`${origin}/`);
  return {
    page,
    complaints,
    setTheme: async (kind) => {
      await page.evaluate((next) => (Reflect.get(window, 'upsizeSetTheme') as (kind: string) => void)(next), kind);
      await page.waitForTimeout(50);
    },
    savedState: () => page.evaluate(() => Reflect.get(window, 'upsizeSavedState') as unknown),
    close: () => context.close(),
  };
}

/** Opens a page with a script of its own under the panels' policy and theme, for what is tested outside of a panel. */
export function openPage({ script, theme }: { script: string; theme?: ThemeKind }): Promise<OpenPanel> {
  return openPanel({
    panel: 'page',
    ...(theme ? { theme } : {}),
    files: (name) => (name === 'page.js' ? Buffer.from(script) : name === 'page.css' ? Buffer.from('') : null),
    connect: () => () => Promise.resolve(),
  });
}

/** Ends the browser after the last test of a process. */
export async function closeBrowser(): Promise<void> {
  await (await browser?.catch(() => null))?.close();
  browser = null;
  rmSync(profile, { recursive: true, force: true });
  bundles = null;
}

/** What axe-core finds wrong with the page as it is now, one line each. */
export async function axeProblems(page: Page): Promise<string[]> {
  const source = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
  // Evaluated from outside, where the page's own policy does not hold.
  await page.evaluate(`if (!window.axe) { ${source} }`);
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`,
  );
  return found as string[];
}

/** Absolute path of a file of the project. */
export function projectFile(...parts: string[]): string {
  return fileURLToPath(new URL(path.posix.join('../../../', ...parts), import.meta.url));
}
