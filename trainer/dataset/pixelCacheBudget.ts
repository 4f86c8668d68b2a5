import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, statfs, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { DatasetError } from './datasetError.ts';
import { listSegments, removeHalfWritten } from './pixelSegment.ts';
import { replaceFile } from '../protocol/replaceFile.ts';

/** How long a lease of another machine counts, whose processes cannot be seen from here. */
const foreignLeaseMs = 3 * 86_400_000;
/** Disk that is left to others. */
const reservedBytes = 200_000_000;

const leaseSchema = z.object({ host: z.string(), pid: z.number().int(), files: z.array(z.string()) });

/** Whether a process of this machine runs. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const leaseFolder = (cache: string) => path.join(cache, 'pixels', 'leases');

/** Says that this process uses these segments, so that nobody evicts them until it ends, or until the lease is released. */
export class SegmentLease {
  readonly #cache: string;
  /** The lease's own file. */
  readonly file: string;
  readonly #leased = new Set<string>();

  constructor(cache: string) {
    this.#cache = cache;
    this.file = path.join(leaseFolder(cache), `${process.pid}-${randomBytes(6).toString('hex')}.json`);
  }

  /** Adds segments by their paths, and marks them as used now. */
  async add(files: Iterable<string>): Promise<void> {
    const before = this.#leased.size;
    const now = new Date();
    for (const file of files) {
      this.#leased.add(path.relative(this.#cache, file));
      await utimes(file, now, now).catch(() => undefined);
    }
    if (this.#leased.size === before) return;
    const lease = { host: hostname(), pid: process.pid, files: [...this.#leased] };
    await replaceFile(this.file, JSON.stringify(lease), { makeFolder: true });
  }

  async release(): Promise<void> {
    await releaseLease(this.file);
  }
}

/** Ends a lease by its file. */
export async function releaseLease(file: string): Promise<void> {
  await rm(file, { force: true });
}

async function leasedFiles(cache: string): Promise<Set<string>> {
  const leased = new Set<string>();
  for (const name of await readdir(leaseFolder(cache)).catch(() => [])) {
    const file = path.join(leaseFolder(cache), name);
    if (!name.endsWith('.json')) continue;
    try {
      const lease = leaseSchema.parse(JSON.parse(await readFile(file, 'utf8')));
      const isLive =
        lease.host === hostname()
          ? isProcessAlive(lease.pid)
          : Date.now() - (await stat(file)).mtimeMs < foreignLeaseMs;
      if (isLive) for (const one of lease.files) leased.add(path.join(cache, one));
      else await rm(file, { force: true });
    } catch {
      // A damaged lease protects nothing.
      const modified = (await stat(file).catch(() => null))?.mtimeMs ?? Date.now();
      if (Date.now() - modified > foreignLeaseMs) await rm(file, { force: true });
    }
  }
  return leased;
}

async function allSegments(cache: string): Promise<{ file: string; bytes: number; usedMs: number }[]> {
  const found = [];
  for (const folder of await readdir(path.join(cache, 'pixels')).catch(() => [])) {
    if (folder === 'leases') continue;
    await removeHalfWritten(path.join(cache, 'pixels', folder), isProcessAlive);
    for (const file of await listSegments(path.join(cache, 'pixels', folder))) {
      const stats = await stat(file).catch(() => null);
      if (stats) found.push({ file, bytes: stats.size, usedMs: stats.mtimeMs });
    }
  }
  return found;
}

/** Bytes of thumbnails, indexes and scans, which are small and stay. */
async function bytesBeside(cache: string): Promise<number> {
  let total = 0;
  for (const folder of ['thumbnails', 'index', 'scans']) {
    for (const name of await readdir(path.join(cache, folder)).catch(() => [])) {
      total += (await stat(path.join(cache, folder, name)).catch(() => null))?.size ?? 0;
    }
  }
  return total;
}

/**
 * Makes room for new decoded images: evicts segments, the least recently used first, until what stays and `newBytes` fit
 * into `cacheBytes`. Segments that a living process uses, and those in `keep`, stay in any case.
 *
 * @returns how many bytes may be written; less than `newBytes` when too much is in use.
 */
export async function makeRoom(
  cache: string,
  newBytes: number,
  cacheBytes: number,
  keep: ReadonlySet<string>,
): Promise<number> {
  const segments = await allSegments(cache);
  const leased = await leasedFiles(cache);
  let total = segments.reduce((sum, segment) => sum + segment.bytes, await bytesBeside(cache));
  const evictable = segments.filter(({ file }) => !leased.has(file) && !keep.has(file));
  evictable.sort((a, b) => a.usedMs - b.usedMs);
  for (const segment of evictable) {
    if (total + newBytes <= cacheBytes) break;
    await rm(segment.file, { force: true });
    total -= segment.bytes;
  }
  return Math.max(0, Math.min(newBytes, cacheBytes - total));
}

/** Throws a DatasetError when the disk of the cache has no room for this many bytes. */
export async function checkFreeDisk(cache: string, bytes: number): Promise<void> {
  if (bytes === 0) return;
  await mkdir(cache, { recursive: true });
  const disk = await statfs(cache);
  const free = disk.bavail * disk.bsize;
  if (free < bytes + reservedBytes) {
    throw new DatasetError(
      `${cache}: the decoded images need ${gigabytes(bytes)}, and the disk has ${gigabytes(free)} left. ` +
        'Free some space, or set "cacheBytes" lower: what does not fit is then decoded anew in each epoch, which is slower.',
    );
  }
}

/** Bytes for people. */
export function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
