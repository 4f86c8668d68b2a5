import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testPeersFolder } from './testPeersFolder.ts';

const releases = 'https://update.code.visualstudio.com/api/releases/stable';
const connectTimeoutMs = 8_000;
const idleTimeoutMs = 20_000;
const rememberMs = 24 * 60 * 60_000;

async function refusedLately(memory: string): Promise<string | undefined> {
  try {
    if (Date.now() - (await stat(memory)).mtimeMs > rememberMs) return undefined;
    return await readFile(memory, 'utf8');
  } catch {
    return undefined;
  }
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/**
 * Path of a desktop VS Code's executable, downloaded by `@vscode/test-electron`; undefined where there is no display or
 * the download is refused. A refusal is remembered for a day.
 */
export async function findDesktopVscode(log: (line: string) => void): Promise<string | undefined> {
  if (!hasDisplay()) {
    log('Desktop VS Code: no display here');
    return undefined;
  }
  const folder = testPeersFolder();
  const memory = join(folder, 'desktop-vscode-refused.txt');
  const refused = await refusedLately(memory);
  if (refused !== undefined) {
    log(`Desktop VS Code: ${refused.trim()} (remembered for a day in ${memory})`);
    return undefined;
  }
  try {
    const answer = await fetch(releases, { signal: AbortSignal.timeout(connectTimeoutMs) });
    if (!answer.ok) throw new Error(`${releases} answered ${answer.status}`);
    const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
    return await downloadAndUnzipVSCode({ cachePath: join(folder, 'vscode'), timeout: idleTimeoutMs });
  } catch (error) {
    const reason = `cannot be downloaded (${error instanceof Error ? error.message : String(error)})`;
    await mkdir(folder, { recursive: true });
    await writeFile(memory, reason);
    log(`Desktop VS Code: ${reason}`);
    return undefined;
  }
}
