import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runLogged } from '../../scripts/runLogged.ts';
import { testPeersFolder } from '../../scripts/vscode/testPeersFolder.ts';

/**
 * A Node of another version (`~20.19.0`, as npm writes ranges), from npm into the cache of test peers, once. Settles with its
 * executable.
 */
export async function olderNode(range: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = path.join(testPeersFolder(), `node-${range.replace(/[^\d.]/g, '')}`);
  const node = path.join(folder, 'node_modules', name, 'bin', 'node');
  const complete = path.join(folder, 'complete');
  if (existsSync(complete) && existsSync(node)) return node;
  // What an interrupted install left may not run.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const options = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  await runLogged({
    file: 'npm',
    args: ['install', '--prefix', folder, ...options, `${name}@${range}`],
    timeoutMs: 10 * 60_000,
  });
  await runLogged({ file: node, args: ['--version'], timeoutMs: 60_000 });
  await writeFile(complete, '');
  return node;
}
