import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { peerFolder } from './peerFolder.ts';

/**
 * Path of a Python that has these packages (`name==version`) in an environment of its own, installed with pip on first
 * use. `python` is the interpreter that makes the environment. Throws, with pip's words, when it cannot be had.
 */
export function pythonWith(packages: readonly string[], python = process.env.UPSIZE_PYTHON ?? 'python3'): string {
  const digest = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 12);
  const folder = peerFolder(`python-${digest}`);
  const bin = (environment: string) =>
    process.platform === 'win32'
      ? path.join(environment, 'Scripts', 'python.exe')
      : path.join(environment, 'bin', 'python');
  const mark = path.join(folder, 'complete');
  if (existsSync(mark)) return bin(folder);
  console.error(`bench: installing ${packages.join(', ')} into ${folder} (once, a few minutes) …`);
  rmSync(folder, { recursive: true, force: true });
  runOrThrow(python, ['-m', 'venv', folder]);
  runOrThrow(bin(folder), ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', ...packages]);
  writeFileSync(mark, '');
  return bin(folder);
}

function runOrThrow(file: string, values: readonly string[]): void {
  const { status, error, stderr } = spawnSync(file, values, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (error) throw new Error(`${file}: ${error.message}. Set UPSIZE_PYTHON to a Python of 3.10 or newer.`);
  if (status !== 0) throw new Error(`${file} ${values.join(' ')} ended with ${status}: ${stderr.trim().slice(-2000)}`);
}
