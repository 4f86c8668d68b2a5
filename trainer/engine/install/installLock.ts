import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const owner = z.object({ host: z.string(), pid: z.number().int(), nonce: z.string() });

const heartbeatMs = 2000;
/** A lock whose owner has not touched it for so long is taken over. Generous: a laptop's lid may have been closed. */
const staleMs = 60_000;

/**
 * Runs `work` while holding a lock file, so that two installs do not download the same thing twice. A lock left behind
 * by a killed process is taken over: at once where its process is gone from this host, else after a minute of silence.
 * The lock only saves work: an install is right without it, because everything is moved into place atomically.
 */
export async function withInstallLock<T>(
  path: string,
  options: { onWait: (owner: string) => void; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const nonce = `${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}`;
  while (!take(path, nonce)) {
    options.signal?.throwIfAborted();
    const holder = readOwner(path);
    if (isStale(path, holder)) {
      removeStale(path, holder, nonce);
      continue;
    }
    options.onWait(holder ? `process ${holder.pid} on ${holder.host}` : 'another process');
    await delay(250, undefined, options.signal ? { signal: options.signal } : {});
  }
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (readOwner(path)?.nonce === nonce) rmSync(path, { force: true });
  }
}

function take(path: string, nonce: string): boolean {
  try {
    writeFileSync(path, JSON.stringify({ host: hostname(), pid: process.pid, nonce }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a stale lock away; of two who see it, one gets it, and a fresh lock that is caught by mistake is put back. */
function removeStale(path: string, holder: z.infer<typeof owner> | undefined, nonce: string): void {
  const aside = `${path}.${nonce}`;
  try {
    renameSync(path, aside);
    if (readOwner(aside)?.nonce !== holder?.nonce) linkSync(aside, path);
  } catch {
    // Another was faster: the next look sees what is there now.
  } finally {
    rmSync(aside, { force: true });
  }
}

function readOwner(path: string): z.infer<typeof owner> | undefined {
  try {
    return owner.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function isStale(path: string, holder: z.infer<typeof owner> | undefined): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined) return false;
  if (Date.now() - modified > staleMs) return true;
  return holder !== undefined && holder.host === hostname() && !isAlive(holder.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Taken over or removed: the install goes on, its result is moved into place atomically either way.
  }
}
