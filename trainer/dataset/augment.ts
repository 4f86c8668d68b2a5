import type { AugmentationOptions } from '../protocol/config.ts';
import { randomAt } from '../protocol/random.ts';

/** What decides the augmentation of a batch. */
export interface AugmentTransformsOptions {
  options: AugmentationOptions;
  seed: number;
  epoch: number;
  /** Which image each row is, so that a draw does not depend on its place in a batch. */
  imageIds: ArrayLike<number>;
  /** How many of `imageIds` count; all by default. */
  count?: number;
  /** Side of the images in pixels. */
  size: number;
  /** Receives `count × 8` values. */
  into: Float32Array;
}

/**
 * Random affine transforms, one an image, as `tf.image.transform` takes them: `[a0, a1, a2, b0, b1, b2, 0, 0]` brings an
 * output pixel (x, y) to the input point (a0·x + a1·y + a2, b0·x + b1·y + b2).
 *
 * As Keras' `ImageDataGenerator` composes them: rotation · shift · shear · zoom about the centre of the picture, zoom drawn
 * for each axis by itself, and a flip of the result. Shear is a slope, drawn from ±`shear`. Each draw is a function of
 * (seed, epoch, image).
 */
export function augmentTransforms(batch: AugmentTransformsOptions): void {
  const { options, seed, epoch, imageIds, size, into } = batch;
  const count = batch.count ?? imageIds.length;
  const centre = (size - 1) / 2;
  for (let i = 0; i < count; i++) {
    const random = randomAt(seed, 'augmentation', epoch, 0, imageIds[i] ?? 0);
    // Drawn in this order, all of them, whatever the options: one option's change leaves the other draws as they are.
    const symmetric = (range: number) => (2 * random.next() - 1) * range;
    const angle = (symmetric(options.rotation) * Math.PI) / 180;
    const shiftX = symmetric(options.shift) * size;
    const shiftY = symmetric(options.shift) * size;
    const slope = symmetric(options.shear);
    const zoomX = 1 + symmetric(options.zoom);
    const zoomY = 1 + symmetric(options.zoom);
    const flip = random.next() < 0.5 && options.horizontalFlip ? -1 : 1;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    // rotation · (shear · zoom · flip): shear moves x by slope · y.
    const a0 = cos * zoomX * flip;
    const a1 = (cos * slope - sin) * zoomY;
    const b0 = sin * zoomX * flip;
    const b1 = (sin * slope + cos) * zoomY;
    // The centre goes to the centre plus the rotated shift.
    const a2 = centre - a0 * centre - a1 * centre + cos * shiftX - sin * shiftY;
    const b2 = centre - b0 * centre - b1 * centre + sin * shiftX + cos * shiftY;
    into.set([a0, a1, a2, b0, b1, b2, 0, 0], i * 8);
  }
}

/**
 * What a transform makes of one picture, bilinear with the nearest pixel beyond the edge: the plain counterpart of what
 * the training step does to a whole batch, for views.
 *
 * @param pixels `size × size × 3` bytes.
 * @param transform eight values as `augmentTransforms` makes them.
 */
export function applyTransform(pixels: Uint8Array, size: number, transform: ArrayLike<number>): Uint8Array {
  const [a0 = 1, a1 = 0, a2 = 0, b0 = 0, b1 = 1, b2 = 0] = Array.from(transform);
  const out = new Uint8Array(size * size * 3);
  const last = size - 1;
  const clamp = (value: number) => Math.min(last, Math.max(0, value));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sourceX = clamp(a0 * x + a1 * y + a2);
      const sourceY = clamp(b0 * x + b1 * y + b2);
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      const right = Math.min(last, left + 1);
      const bottom = Math.min(last, top + 1);
      const fractionX = sourceX - left;
      const fractionY = sourceY - top;
      for (let channel = 0; channel < 3; channel++) {
        const at = (row: number, column: number) => pixels[(row * size + column) * 3 + channel] ?? 0;
        const upper = at(top, left) * (1 - fractionX) + at(top, right) * fractionX;
        const lower = at(bottom, left) * (1 - fractionX) + at(bottom, right) * fractionX;
        out[(y * size + x) * 3 + channel] = Math.round(upper * (1 - fractionY) + lower * fractionY);
      }
    }
  }
  return out;
}
