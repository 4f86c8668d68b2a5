import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface ReplaceOptions {
  /** Makes the file's folder where it is missing. Not so by default: a run that was deleted must not come back in part. */
  makeFolder?: boolean;
  /** Permissions, as `open` takes them. */
  mode?: number;
  /** Where the new content lies until it is whole, on the same file system; the file's own folder by default. */
  partialIn?: string;
}

/**
 * Writes a file as a whole: who reads it sees the old content or the new, never a part. Several may write it at once, and
 * the last one holds. Throws what the file system throws; the old content is then still there, and nothing else.
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  { makeFolder = false, mode, partialIn }: ReplaceOptions = {},
): Promise<void> {
  if (makeFolder) await mkdir(path.dirname(file), { recursive: true });
  await replaceByAsync(file, partialOf(file, partialIn), (partial) => writeFile(partial, content, { mode }));
}

/** `replaceFile` for where nothing may come between. */
export function replaceFileSync(
  file: string,
  content: string | Uint8Array,
  { makeFolder = false, mode, partialIn }: ReplaceOptions = {},
): void {
  if (makeFolder) mkdirSync(path.dirname(file), { recursive: true });
  replaceBy(file, partialOf(file, partialIn), (partial) => writeFileSync(partial, content, { mode }));
}

/** `replaceFileSync` that also survives a power loss: temporary file → fsync → rename → fsync of the folder. */
export function replaceFileDurably(file: string, content: string | readonly Uint8Array[]): void {
  replaceBy(file, partialOf(file), (partial) => {
    const descriptor = openSync(partial, 'w');
    try {
      for (const part of typeof content === 'string' ? [Buffer.from(content)] : content) writeFully(descriptor, part);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
  fsyncFolder(path.dirname(file));
}

/** `replaceFileDurably` that lets others work meanwhile. */
export async function replaceLargeFileDurably(file: string, parts: readonly Uint8Array[]): Promise<void> {
  await replaceByAsync(file, partialOf(file), async (partial) => {
    const handle = await open(partial, 'w');
    try {
      // All at once: a busy thread looks seldom after what is done in parts.
      for (let left = partsAfter(parts, 0); left.length > 0;) {
        const { bytesWritten } = await handle.writev(left);
        left = partsAfter(left, bytesWritten);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
  fsyncFolder(path.dirname(file));
}

/** What is left of these parts after so many bytes. */
function partsAfter(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let done = bytes;
  return parts.flatMap((part) => {
    const skipped = Math.min(done, part.length);
    done -= skipped;
    return skipped < part.length ? [part.subarray(skipped)] : [];
  });
}

async function replaceByAsync(file: string, partial: string, write: (partial: string) => Promise<void>): Promise<void> {
  try {
    await write(partial);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function replaceBy(file: string, partial: string, write: (partial: string) => void): void {
  try {
    write(partial);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** A name of its own for each write: the threads of a process share its id. */
function partialOf(file: string, folder = path.dirname(file)): string {
  return path.join(folder, `${path.basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.partial`);
}

/** Makes what was created or renamed in a folder survive a power loss. Windows has no such thing and needs none. */
export function fsyncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** One `write` may take less than it was given (a nearly full disk); this one takes all or throws. */
export function writeFully(descriptor: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done);
}
