import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
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
  const partial = partialOf(file, partialIn);
  try {
    await writeFile(partial, content, { mode });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
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
