import { chromium, type Browser, type Page } from 'playwright-core';
import type { CodeServer, WindowOptions } from './codeServer.ts';

const openTimeoutMs = 120_000;

const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless Chromium in which windows of the workbench open. */
export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: chromiumArguments });
}

export interface WorkbenchOptions extends WindowOptions {
  /** Size of the window in CSS pixels. */
  size?: { width: number; height: number };
  /** Takes each line of the workbench's and its extension host's log. */
  log?: (level: string, line: string) => void;
}

/** One window of VS Code in the browser. */
export interface Workbench {
  readonly page: Page;
  /** Settles with the exit code of the window's extension tests. */
  readonly exitCode: Promise<number>;
  /** Reloads the window as its user would. Settles when the workbench stands again. */
  reload(): Promise<void>;
  /** Runs a command from the palette, by its full title. */
  runCommand(title: string): Promise<void>;
  screenshot(path: string): Promise<void>;
  /** Closes the window; its extension host goes with it. */
  close(): Promise<void>;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Opens a window. Settles when the workbench stands. */
export async function openWorkbench(
  browser: Browser,
  server: CodeServer,
  options: WorkbenchOptions,
): Promise<Workbench> {
  const { size = { width: 1280, height: 800 }, log = () => undefined } = options;
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const exit = Promise.withResolvers<number>();
  await page.exposeFunction('codeAutomationLog', (level: string, parts: unknown) => {
    const line = Array.isArray(parts) ? parts.map(textOf).join(' ') : textOf(parts);
    log(level, line);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => exit.resolve(code));
  page.on('crash', () => exit.reject(new Error('The browser page with the workbench crashed.')));
  // Nobody may be waiting for the tests of a window that has none.
  exit.promise.catch(() => undefined);
  const stands = async () => {
    await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: openTimeoutMs });
  };
  await page.goto(server.address(options), { timeout: openTimeoutMs });
  await stands();
  const runCommand = async (title: string) => {
    const input = page.locator('.quick-input-widget input[type="text"]');
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    const timeout = 10_000;
    const deadline = Date.now() + openTimeoutMs;
    for (;;) {
      try {
        await page.keyboard.press('F1');
        await input.fill(`>${title}`, { timeout });
        await row.click({ timeout });
        return;
      } catch (error) {
        // A panel that comes back takes the focus, and the palette closes.
        if (Date.now() > deadline) throw error;
        await page.keyboard.press('Escape');
      }
    }
  };
  return {
    page,
    exitCode: exit.promise,
    async reload() {
      // VS Code's own reload, which saves the state of the window first; the browser's would lose up to a minute of it.
      const loaded = page.waitForEvent('load', { timeout: openTimeoutMs });
      await runCommand('Developer: Reload Window');
      await loaded;
      await stands();
    },
    runCommand,
    async screenshot(path) {
      await page.screenshot({ path });
    },
    async close() {
      await context.close();
    },
  };
}
