import { createWriteStream, mkdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import type { EngineWheel } from '../tensorflowRelease.ts';
import type { NativeLayout } from '../engineCache.ts';
import type { OnInstallProgress } from './installProgress.ts';

/** The headers of the C API and what they include; the other ten thousand are C++'s. */
const headers =
  /^tensorflow\/include\/(tensorflow\/c\/(eager\/)?[^/]+|(tensorflow\/core|tsl)\/platform\/ctstring[^/]*|xla\/tsl\/c\/[^/]+)\.h$/;

/**
 * Streams the libraries and C headers out of a wheel into an engine folder, in constant memory, and returns the libraries, by
 * their paths from TensorFlow's, with their sizes. The wheel's own checksum was checked before. Throws when it lacks a library.
 */
export async function extractWheel(
  path: string,
  { libraries: wanted }: Pick<EngineWheel, 'libraries'>,
  layout: NativeLayout,
  options: { onProgress: OnInstallProgress; signal?: AbortSignal | undefined },
): Promise<{ name: string; bytes: number }[]> {
  const archive = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true });
  const libraries: { name: string; bytes: number }[] = [];
  try {
    let bytes = 0;
    for await (const entry of archive.eachEntry()) {
      const isLibrary = wanted.includes(entry.fileName);
      if (!isLibrary && !headers.test(entry.fileName)) continue;
      const target = isLibrary
        ? join(entry.fileName.startsWith('tensorflow/') ? layout.libraries : layout.cuda, basename(entry.fileName))
        : join(layout.include, entry.fileName.slice('tensorflow/include/'.length));
      mkdirSync(dirname(target), { recursive: true });
      const source = await archive.openReadStreamPromise(entry);
      source.on('data', (piece: Buffer) => {
        const before = bytes;
        bytes += piece.length;
        if (bytes >> 24 !== before >> 24) {
          options.onProgress({ phase: 'extracting', message: `Extracting ${basename(target)}`, bytes });
        }
      });
      await pipeline(source, createWriteStream(target), options.signal ? { signal: options.signal } : {});
      if (isLibrary) libraries.push({ name: relative(layout.libraries, target), bytes: entry.uncompressedSize });
    }
  } finally {
    archive.close();
  }
  const missing = wanted.filter((name) => !libraries.some((library) => basename(library.name) === basename(name)));
  if (missing.length > 0) throw new Error(`${path}: ${missing.join(', ')} is missing in this wheel.`);
  return libraries;
}
