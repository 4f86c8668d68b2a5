import { existsSync } from 'node:fs';
import { runLogged } from './runLogged.ts';

type Log = (line: string) => void;

async function isInstalled(name: string): Promise<boolean> {
  try {
    const status = await runLogged({ file: 'dpkg-query', args: ['-W', '-f', '${Status}', name], timeoutMs: 30_000 });
    return status.includes('install ok installed');
  } catch {
    return false;
  }
}

/**
 * Sees to it that the Debian packages are there: as root on Debian or Ubuntu it installs the missing ones, elsewhere it
 * throws an error with the one line to run. `who` needs them, as the beginning of that sentence.
 */
export async function ensureSystemPackages(who: string, names: readonly string[], log: Log): Promise<void> {
  if (names.length === 0 || !existsSync('/usr/bin/dpkg-query')) return;
  const missing: string[] = [];
  for (const name of names) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0) {
    throw new Error(`${who} ${missing.join(', ')}. Run: sudo apt-get update && sudo apt-get ${install.join(' ')}`);
  }
  log(`Installing ${missing.join(', ')} by apt`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runLogged({ file: 'apt-get', args: ['update', '--quiet'], timeoutMs: 300_000, env });
  await runLogged({ file: 'apt-get', args: install, timeoutMs: 900_000, env });
}
