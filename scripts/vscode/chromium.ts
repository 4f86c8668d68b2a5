import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureSystemPackages } from '../systemPackages.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const macPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of a Chromium-like browser: `UPSIZE_CHROMIUM`, else the first on PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const wanted = process.env['UPSIZE_CHROMIUM'];
  if (wanted !== undefined && wanted !== '') return wanted;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...macPaths].find(isExecutable);
}

/** Finds a Chromium, installing Debian's where it may. Throws with what to do where there is none. */
export async function ensureChromium(log: (line: string) => void): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  await ensureSystemPackages('The VS Code tests need', ['chromium'], log);
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error('The tests need Chromium or Chrome. Install one, or set UPSIZE_CHROMIUM to its executable.');
}
