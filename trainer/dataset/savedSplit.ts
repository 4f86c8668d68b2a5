import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetOptions } from '../protocol/config.ts';
import { savedSplitSchema, type SavedSplit } from '../protocol/split.ts';
import { versions } from '../protocol/versions.ts';
import { DatasetError } from './datasetError.ts';
import { isInside } from './insideRoot.ts';
import { byCodeUnits } from './listedImage.ts';
import { replaceFile } from '../protocol/replaceFile.ts';

/** Where the split of a data set is kept: one file for each data set, share and grouping, whatever the seed. */
export function splitFile(splits: string, workspace: string, source: string, options: DatasetOptions): string {
  // Relative where it can be, so that a workspace that is moved keeps its splits.
  const name = isInside(workspace, source) ? path.relative(workspace, source).split(path.sep).join('/') : source;
  const key = createHash('sha256').update(JSON.stringify([name, options.validationSplit, options.groupBy ?? null]));
  return path.join(splits, `${key.digest('hex').slice(0, 32)}.json`);
}

/**
 * Reads a saved split, or null when there is none yet.
 *
 * @throws DatasetError when it is damaged or of a newer version: a split that is drawn anew would leak validation images
 * into training, so nobody draws one silently.
 */
export async function readSavedSplit(file: string): Promise<SavedSplit | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const remedy = 'Remove the file to draw a new split; runs before and after are then not comparable.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DatasetError(`${file}: the saved split is damaged. ${remedy}`, [], { cause: error });
  }
  const parsed = savedSplitSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const version = typeof value === 'object' && value !== null && 'version' in value ? Number(value.version) : 0;
  if (version > versions.split) {
    throw new DatasetError(`${file}: the split was saved by a newer Upsize (version ${version}). Update Upsize.`);
  }
  throw new DatasetError(`${file}: the saved split is damaged. ${remedy}`);
}

/** The sides of a saved split by content hash. */
export function savedSides(saved: SavedSplit | null): Map<string, 'train' | 'validation'> {
  const sides = new Map<string, 'train' | 'validation'>();
  for (const hash of saved?.train ?? []) sides.set(hash, 'train');
  for (const hash of saved?.validation ?? []) sides.set(hash, 'validation');
  return sides;
}

/** Writes a split by atomic replace. */
export async function writeSavedSplit(
  file: string,
  split: Pick<SavedSplit, 'seed' | 'validationSplit' | 'groupBy'>,
  sides: ReadonlyMap<string, 'train' | 'validation'>,
): Promise<void> {
  const of = (side: string) =>
    [...sides]
      .filter(([, own]) => own === side)
      .map(([hash]) => hash)
      .sort(byCodeUnits);
  const saved: SavedSplit = { version: versions.split, ...split, train: of('train'), validation: of('validation') };
  await replaceFile(file, JSON.stringify(saved, null, 1), { makeFolder: true });
}
