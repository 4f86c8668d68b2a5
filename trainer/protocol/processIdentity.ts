import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { RunOwner } from './runFolder.ts';

/**
 * When a process was started, in a form that only ever equals itself, or null when there is no such process. Together with
 * the boot id it tells a living owner from another process that was given the same id later.
 */
export function processStart(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command's name, in brackets, may hold anything; what follows the last bracket is columns from the third on.
      const columns = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (columns[0] === 'Z' || columns[0] === 'X') return null;
      return columns[19] ?? null;
    }
    if (process.platform === 'win32') {
      process.kill(pid, 0);
      return 'unknown';
    }
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? null : started;
  } catch {
    return null;
  }
}

let cachedBootId: string | undefined;

/** Changes with each boot of this host. */
export function bootId(): string {
  if (cachedBootId === undefined) {
    try {
      cachedBootId =
        process.platform === 'linux'
          ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
          : String(Math.round((Date.now() - os.uptime() * 1000) / 60_000));
    } catch {
      cachedBootId = 'unknown';
    }
  }
  return cachedBootId;
}

export type Liveness =
  | 'alive'
  | 'dead'
  /** Owned by another host: it can be looked at, never judged or killed from here. */
  | 'unknown';

/** Whether the process that an owner record names is still there. */
export function livenessOf(owner: Pick<RunOwner, 'host' | 'bootId' | 'pid' | 'processStart'>): Liveness {
  if (owner.host !== os.hostname()) return 'unknown';
  if (owner.bootId !== bootId()) return 'dead';
  return processStart(owner.pid) === owner.processStart ? 'alive' : 'dead';
}
