import { halveTo } from './halve.ts';
import { decodeImage } from './decode.ts';
import type { Fit } from '../protocol/config.ts';
import type { ReadableFacts } from './imageIndex.ts';
import { colourGrid, isGrey, perceptualHash } from './perceptualHash.ts';
import { makeThumbnail, type Thumbnail } from './thumbnailAtlas.ts';

/** What is wanted of an image. */
export interface ImageWish {
  fit: Fit;
  /** Sides to decode at, and for each the sizes that are halved from it. */
  sides: { side: number; sizes: number[] }[];
  thumbnail: boolean;
  /** Whether nothing is known of the image yet. */
  facts: boolean;
}

/** What an image gave. */
export interface LearnedImage {
  facts: ReadableFacts | null;
  /** `size × size × 3` bytes each. */
  pixels: { size: number; bytes: Uint8Array<ArrayBuffer> }[];
  thumbnail: Thumbnail | null;
}

/**
 * Decodes an image, once a side, and makes all of it that is wanted: pixels by halving, facts, the thumbnail.
 *
 * @throws ImageRefusal naming what is wrong with the image.
 */
export async function learnImage(bytes: Uint8Array, wish: ImageWish): Promise<LearnedImage> {
  const learned: LearnedImage = { facts: null, pixels: [], thumbnail: null };
  for (const { side, sizes } of wish.sides) {
    const { format, width, height, square, whole } = await decodeImage(bytes, side, wish.fit);
    if (wish.facts && learned.facts === null) {
      const phash = perceptualHash(whole);
      learned.facts = { format, width, height, grey: isGrey(whole), phash, colours: colourGrid(whole) };
    }
    let [pixels, from] = [square, side];
    for (const size of sizes.toSorted((a, b) => b - a)) {
      pixels = halveTo(pixels, from, size);
      from = size;
      learned.pixels.push({ size, bytes: pixels });
    }
    if (wish.thumbnail) learned.thumbnail ??= makeThumbnail(whole, width, height);
  }
  return learned;
}
