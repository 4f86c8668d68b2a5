import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes a whole file so that a reader sees the old content or the new, never a part, and so that it survives a power
 * loss: temporary file → fsync → rename → fsync of the folder. Throws what the file system throws (a full disk, say); the
 * old content is then still there.
 */
export function writeFileAtomic(file: string, content: string | readonly Uint8Array[]): void {
  const partial = `${file}.${process.pid}.partial`;
  try {
    const descriptor = openSync(partial, 'w');
    try {
      for (const part of typeof content === 'string' ? [Buffer.from(content)] : content) writeFully(descriptor, part);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  fsyncFolder(path.dirname(file));
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
