import { applyTransform, augmentTransforms } from '../dataset/augment.ts';
import { decodeToSquare } from '../dataset/decode.ts';
import type { AugmentImageRequest, PredictorResult } from '../protocol/predictor.ts';
import { pngDataUri } from './pngDataUri.ts';

/** What training makes of an image in some epochs, by its own draws. Throws an ImageRefusal where it cannot be read. */
export async function augmentImage(request: AugmentImageRequest): Promise<PredictorResult<'augmentImage'>> {
  const { file, size, fit, augmentation, seed, imageId, fromEpoch, count } = request;
  const pixels = await decodeToSquare(file, size, fit);
  const transform = new Float32Array(8);
  const images: string[] = [];
  for (let epoch = fromEpoch; epoch < fromEpoch + count; epoch++) {
    augmentTransforms({ options: augmentation, seed, epoch, imageIds: [imageId], size, into: transform });
    images.push(await pngDataUri(applyTransform(pixels, size, transform), size));
  }
  return { images, size };
}
