import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { realPathInside } from './insideRoot.ts';
import { imageExtensions, otherPictureExtensions } from './imageHeader.ts';
import { byCodeUnits, leftOutFile, splitNamed, type Listing, type SplitName } from './listedImage.ts';

/** A file or folder below the root, links resolved. */
interface Entry {
  name: string;
  /** Relative to the root, with `/`. */
  relative: string;
  path: string;
  isDirectory: boolean;
  isLink: boolean;
}

/** One walk through a data set. */
interface Walk {
  root: string;
  listing: Listing;
  /** Real paths of folders that were walked: a link back up would otherwise be walked for ever. */
  visited: Set<string>;
  /** Whether a folder is walked under its own name, so that links to it would only count its images twice. */
  isReached: (realPath: string) => boolean;
  signal: AbortSignal | undefined;
}

/**
 * Lists a folder of class folders. Images of a class lie in its folder or anywhere below it. Folders named `train`,
 * `val` (`valid`, `validation`) and `test` that hold folders are the data set's own split. Hidden files and files that are
 * no pictures are passed over, and so are links to folders that are walked themselves, whichever name comes first; links that
 * lead out of the root, pictures in other formats and pictures without a class are listed as problems.
 *
 * @param root absolute path with its links resolved.
 */
export async function listImageFolder(root: string, signal?: AbortSignal): Promise<Listing> {
  const listing: Listing = { root, images: [], problems: [] };
  const top = await readFolder(root, root, '', listing);
  const splitFolders: { entry: Entry; split: SplitName }[] = [];
  for (const entry of top.filter((one) => one.isDirectory)) {
    const split = splitNamed(entry.name);
    if (split && (await holdsFolders(entry.path))) splitFolders.push({ entry, split });
  }
  const hasTrain = splitFolders.some(({ split }) => split === 'train');
  const leftOut = new Set(
    hasTrain ? top.filter((entry) => splitFolders.every((one) => one.entry !== entry)).map(({ name }) => name) : [],
  );
  const isReached = (realPath: string) => {
    const [first = '', ...below] = path.relative(root, realPath).split(path.sep);
    return !leftOut.has(first) && [first, ...below].every((name) => !name.startsWith('.'));
  };
  const walk: Walk = { root, listing, visited: new Set([root]), isReached, signal };
  for (const entry of top) {
    const split = splitFolders.find((one) => one.entry === entry)?.split ?? null;
    if (!entry.isDirectory) {
      addFile(entry, null, null, listing);
    } else if (split) {
      for (const inner of await enterFolder(walk, entry)) {
        if (inner.isDirectory) await addClass(walk, inner, split);
        else addFile(inner, null, split, listing);
      }
    } else if (hasTrain) {
      listing.problems.push({
        kind: 'noClass',
        file: null,
        className: null,
        message: `${entry.relative}/: beside train/ this is neither val/ nor test/. Left out; move its images into train/.`,
        severity: 'warning',
        leftOut: true,
      });
    } else {
      await addClass(walk, entry, null);
    }
  }
  listing.images.sort((a, b) => byCodeUnits(a.file, b.file));
  return listing;
}

async function addClass(walk: Walk, folder: Entry, split: SplitName | null): Promise<void> {
  const pending = [folder];
  for (let next = pending.pop(); next; next = pending.pop()) {
    walk.signal?.throwIfAborted();
    for (const entry of await enterFolder(walk, next)) {
      if (entry.isDirectory) pending.push(entry);
      else addFile(entry, folder.name, split, walk.listing);
    }
  }
}

/** What lies in a folder; nothing where it is walked under another name. */
async function enterFolder({ root, listing, visited, isReached }: Walk, folder: Entry): Promise<Entry[]> {
  if ((folder.isLink && isReached(folder.path)) || visited.has(folder.path)) return [];
  visited.add(folder.path);
  return await readFolder(root, folder.path, folder.relative, listing);
}

function addFile(entry: Entry, label: string | null, split: SplitName | null, listing: Listing): void {
  const extension = path.extname(entry.name).toLowerCase();
  if (otherPictureExtensions.has(extension)) {
    const reason = `pictures of this kind (${extension}) are not read; convert it to JPEG, PNG or WebP`;
    listing.problems.push(leftOutFile('unsupportedFormat', entry.relative, label, reason));
  } else if (imageExtensions.has(extension)) {
    if (label !== null) {
      listing.images.push({ file: entry.relative, path: entry.path, label, split, group: null });
    } else {
      const reason = 'it lies in no class folder; move it into the folder of its class';
      listing.problems.push(leftOutFile('noClass', entry.relative, null, reason));
    }
  }
}

async function holdsFolders(folder: string): Promise<boolean> {
  // A folder that cannot be read is listed as a problem when its turn comes.
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) return true;
    if (entry.isSymbolicLink() && (await stat(path.join(folder, entry.name)).catch(() => null))?.isDirectory())
      return true;
  }
  return false;
}

async function readFolder(root: string, folder: string, relative: string, listing: Listing): Promise<Entry[]> {
  let found: Dirent[];
  try {
    found = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (relative === '') throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    listing.problems.push(leftOutFile('unreadable', relative, null, `the folder cannot be read (${code})`));
    return [];
  }
  const entries: Entry[] = [];
  for (const entry of found) {
    if (entry.name.startsWith('.')) continue;
    const resolved = await resolveEntry(root, folder, relative, entry, listing);
    if (resolved) entries.push(resolved);
  }
  return entries.sort((a, b) => byCodeUnits(a.name, b.name));
}

async function resolveEntry(
  root: string,
  folder: string,
  parent: string,
  entry: Dirent,
  listing: Listing,
): Promise<Entry | null> {
  const relative = parent === '' ? entry.name : `${parent}/${entry.name}`;
  const own = path.join(folder, entry.name);
  if (!entry.isSymbolicLink()) {
    if (!entry.isDirectory() && !entry.isFile()) return null;
    return { name: entry.name, relative, path: own, isDirectory: entry.isDirectory(), isLink: false };
  }
  try {
    const real = await realPathInside(root, own);
    if (real === null) {
      listing.problems.push(leftOutFile('outsideDataset', relative, null, 'a link that leads out of the data set'));
      return null;
    }
    const target = await stat(real);
    if (!target.isDirectory() && !target.isFile()) return null;
    return { name: entry.name, relative, path: real, isDirectory: target.isDirectory(), isLink: true };
  } catch {
    listing.problems.push(leftOutFile('missing', relative, null, 'a link to nothing'));
    return null;
  }
}
