import path from 'node:path';
import { baseSizeOf, preprocessingOf } from '../protocol/preprocessing.ts';
import type { PixelReader } from './batches.ts';
import { openPixelReader } from './pixelReader.ts';
import type { PreparedDataset } from './prepareDataset.ts';

/**
 * Opens the decoded images for reading by index.
 *
 * @param baseSize as a model's preprocessing says, where it is not that of new models.
 */
export async function openPixels(
  prepared: Pick<PreparedDataset, 'root' | 'cache' | 'fit' | 'images'>,
  size: number,
  baseSize = baseSizeOf(size),
): Promise<PixelReader & { readonly uncached: number }> {
  const images = prepared.images.map(({ file, contentHash }) => ({
    path: path.join(prepared.root, file),
    contentHash,
  }));
  return await openPixelReader(prepared.cache, { ...preprocessingOf(size, prepared.fit), baseSize }, images);
}
