import { availableParallelism } from 'node:os';
import path from 'node:path';
import { baseSizeOf, preprocessingOf } from '../protocol/preprocessing.ts';
import { decodedBesideTraining } from '../protocol/threadPlan.ts';
import type { PixelReader } from './batches.ts';
import { locatePixels } from './pixelReader.ts';
import { startPixelThread } from './pixelThread.ts';
import type { PreparedDataset } from './prepareDataset.ts';

/**
 * Opens the decoded images for reading by index, in a thread of their own, so that reading and decoding go on while a step
 * blocks the thread that trains.
 *
 * @param baseSize as a model's preprocessing says, where it is not that of new models.
 */
export async function openPixels(
  prepared: Pick<PreparedDataset, 'root' | 'cache' | 'fit' | 'images'>,
  size: number,
  baseSize = baseSizeOf(size),
): Promise<PixelReader & { readonly uncached: number }> {
  const { images, root } = prepared;
  const preprocessing = { ...preprocessingOf(size, prepared.fit), baseSize };
  const located = await locatePixels(prepared.cache, preprocessing, images.length, (index) => ({
    path: path.join(root, images[index]?.file ?? ''),
    contentHash: images[index]?.contentHash ?? '',
  }));
  const reader = await startPixelThread(located, decodedBesideTraining(availableParallelism()));
  return { ...reader, uncached: located.uncached.size };
}
