import path from 'node:path';
import type { RunManifest } from '../../trainer/protocol/runFolder.ts';

/** Absolute path of the folder or CSV file that a run was trained on. */
export function datasetSource({ baseDirectory, config }: RunManifest): string {
  return path.resolve(baseDirectory, config.dataset.path);
}

/** Absolute path of the folder that its images are named relative to. */
export function datasetRoot(manifest: RunManifest): string {
  const source = datasetSource(manifest);
  return /\.csv$/i.test(source) ? path.dirname(source) : source;
}

/**
 * Absolute path of an image that an evaluation names.
 *
 * @throws an Error where the name would lead out of the data set.
 */
export function datasetFile(manifest: RunManifest, file: string): string {
  const root = datasetRoot(manifest);
  const found = path.resolve(root, file);
  if (found !== root && !found.startsWith(root + path.sep)) throw new Error(`${file} does not lie in ${root}.`);
  return found;
}
