import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runLogged } from '../runLogged.ts';
import { ensureSystemPackages } from '../systemPackages.ts';
import { testPeersFolder } from './testPeersFolder.ts';

const version = '4.139.1';
const installTimeoutMs = 15 * 60_000;

/** code-server: VS Code's own workbench and extension host behind a browser, from the npm registry. */
export interface CodeServerInstall {
  /** `server-main.js`, to be run by `node`. */
  server: string;
  /** The Node that its native modules were built for. */
  node: string;
}

function installed(folder: string): CodeServerInstall | undefined {
  const server = join(folder, 'node_modules', 'code-server', 'lib', 'vscode', 'out', 'server-main.js');
  return existsSync(join(folder, 'complete')) && existsSync(server) ? { server, node: process.execPath } : undefined;
}

/** The folder with `include/node/node_api.h` beside a Node: node-gyp then needs no download. */
function headersOf(node: string): string | undefined {
  const prefix = dirname(dirname(node));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
}

async function removeHalfFinished(parent: string, keep: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith('code-server-') && name.endsWith('.part') && name !== keep) {
      const owner = Number(name.split('.').at(-2));
      if (!isAlive(owner)) await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

function isAlive(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs code-server once for this user (617 MB, 2 to 4 minutes) and settles with where it is. The install is built
 * aside and renamed into place, so that an interrupted one is never taken for whole.
 */
export async function ensureCodeServer(log: (line: string) => void): Promise<CodeServerInstall> {
  const parent = testPeersFolder();
  const nodeMajor = process.versions.node.split('.')[0];
  const folder = join(parent, `code-server-${version}-node${nodeMajor}`);
  const present = installed(folder);
  if (present) return present;
  await mkdir(parent, { recursive: true });
  const part = `code-server-${version}.${process.pid}.part`;
  await removeHalfFinished(parent, part);
  await ensureSystemPackages('The VS Code tests need', ['libkrb5-dev', 'pkg-config', 'make', 'g++'], log);
  const building = join(parent, part);
  await rm(building, { recursive: true, force: true });
  await mkdir(building);
  await writeFile(join(building, 'package.json'), JSON.stringify({ private: true }));
  log(`Installing code-server ${version} (617 MB) into ${folder}`);
  const startedMs = Date.now();
  const progress = setInterval(
    () => log(`  still installing, ${Math.round((Date.now() - startedMs) / 1000)} s`),
    30_000,
  );
  const headers = headersOf(process.execPath);
  try {
    await runLogged({
      file: 'npm',
      args: ['install', `code-server@${version}`, '--no-audit', '--no-fund', '--save-exact'],
      cwd: building,
      timeoutMs: installTimeoutMs,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        // An npm that started this one may run on an older Node and says so here; code-server would believe it.
        npm_config_user_agent: undefined,
        ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
      },
    });
    await writeFile(join(building, 'complete'), '');
    await rm(folder, { recursive: true, force: true });
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    const other = installed(folder);
    if (other) return other;
    throw error;
  } finally {
    clearInterval(progress);
  }
  const done = installed(folder);
  if (!done) throw new Error(`${folder}: code-server ${version} was installed but its server is not in it.`);
  return done;
}
