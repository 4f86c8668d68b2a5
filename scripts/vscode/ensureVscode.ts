import { fileURLToPath } from 'node:url';
import { ensureChromium } from './chromium.ts';
import { ensureCodeServer } from './codeServerInstall.ts';
import { findDesktopVscode } from './desktopVscode.ts';

/** A real VS Code to run: the desktop program, or the same workbench and extension host served to a headless browser. */
export type Vscode =
  { kind: 'desktop'; executable: string } | { kind: 'browser'; server: string; node: string; chromium: string };

/** The browser VS Code: installs code-server and finds Chromium. Throws with what to do where it cannot. */
export async function ensureBrowserVscode(log: (line: string) => void): Promise<Extract<Vscode, { kind: 'browser' }>> {
  const chromium = await ensureChromium(log);
  return { kind: 'browser', ...(await ensureCodeServer(log)), chromium };
}

/** Desktop VS Code where it can be had, else the browser one. `UPSIZE_VSCODE=desktop` or `browser` decides it. */
export async function ensureVscode(log: (line: string) => void): Promise<Vscode> {
  const wanted = process.env['UPSIZE_VSCODE'];
  if (wanted !== 'browser') {
    const executable = await findDesktopVscode(log);
    if (executable !== undefined) return { kind: 'desktop', executable };
    if (wanted === 'desktop') throw new Error('UPSIZE_VSCODE=desktop, but no desktop VS Code can be had here.');
  }
  return ensureBrowserVscode(log);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await ensureVscode((line) => console.error(line));
  console.log(JSON.stringify(found, null, 2));
}
