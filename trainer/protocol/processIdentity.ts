import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** What names one process for good, on all hosts and over restarts. */
export interface ProcessIdentity {
  host: string;
  bootId: string;
  pid: number;
  processStart: string;
}

/** Asking `ps` takes milliseconds, and whoever follows a run asks several times a second. */
const askAgainAfterMs = 1000;
const asked = new Map<number, { at: number; started: string | null }>();

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
  } catch {
    return null;
  }
  const known = asked.get(pid);
  if (known && Math.abs(Date.now() - known.at) < askAgainAfterMs) return known.started;
  const started = startedByPs(pid);
  asked.set(pid, { at: Date.now(), started });
  return started;
}

function startedByPs(pid: number): string | null {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? null : started;
  } catch {
    return null;
  }
}

let cachedBootId: string | undefined;

/** Names this boot of this host: an id on Linux, elsewhere the second in which it booted. Compared by `isSameBoot`. */
export function bootId(): string {
  if (cachedBootId === undefined) {
    try {
      cachedBootId =
        process.platform === 'linux'
          ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
          : String(Math.round(Date.now() / 1000 - os.uptime()));
    } catch {
      cachedBootId = 'unknown';
    }
  }
  return cachedBootId;
}

/** The second of a boot is counted back from a clock that may be set meanwhile. */
const bootToleranceSeconds = 120;

/** Whether two boot ids mean the same boot. */
export function isSameBoot(one: string, other: string): boolean {
  if (one === other) return true;
  const isSecond = (text: string) => /^\d{1,12}$/.test(text);
  return isSecond(one) && isSecond(other) && Math.abs(Number(one) - Number(other)) <= bootToleranceSeconds;
}

/** Whether two records name the same process. */
export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return (
    one.host === other.host &&
    one.pid === other.pid &&
    one.processStart === other.processStart &&
    isSameBoot(one.bootId, other.bootId)
  );
}

/** Whether a process of this host is still there; null for one of another host, which cannot be asked from here. */
export function isThere(identity: ProcessIdentity): boolean | null {
  if (identity.host !== os.hostname()) return null;
  return isSameBoot(identity.bootId, bootId()) && processStart(identity.pid) === identity.processStart;
}
