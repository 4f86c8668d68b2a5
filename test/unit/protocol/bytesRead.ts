import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Bytes that `work` reads of files, counted at the file system itself. */
export function bytesRead(work: () => void): number {
  let bytes = 0;
  const { readSync } = fs;
  const counting = (...args: Parameters<typeof readSync>) => {
    const got = readSync(...args);
    bytes += got;
    return got;
  };
  Object.assign(fs, { readSync: counting });
  syncBuiltinESMExports();
  try {
    work();
    return bytes;
  } finally {
    Object.assign(fs, { readSync });
    syncBuiltinESMExports();
  }
}
