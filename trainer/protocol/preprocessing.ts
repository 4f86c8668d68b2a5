import * as z from 'zod';
import { fitSchema, type Fit } from './config.ts';

const sideSchema = z.number().int().min(1).max(4096);

/**
 * How a file becomes the pixels that a model takes: the file is brought to `baseSize × baseSize` once, and halved by
 * exact 2 × 2 means until it is `size × size`. A model keeps this beside its weights, so that training, evaluation,
 * prediction and every view give it the very same bytes.
 */
export const preprocessingSchema = z.object({
  size: sideSchema,
  fit: fitSchema,
  baseSize: sideSchema,
});
export type Preprocessing = z.infer<typeof preprocessingSchema>;

/**
 * Counts the changes of what the decoder makes of the same file. Cached pixels of another version are not read; models take
 * the pixels of today, so whoever changes this after a release has to say what becomes of its models.
 */
export const pixelVersion = 4;

/** Largest side that the decoder makes only to halve it again. */
const largestSharedBase = 256;

/**
 * The side at which an image of this size is decoded: the largest `size × 2^n` of at most 256 (48, 96 and 192 all come
 * from 192), or the size itself above that. It depends on nothing else, so a picture at 48 pixels is the same bytes
 * whatever other stages there are.
 */
export function baseSizeOf(size: number): number {
  let base = size;
  while (base * 2 <= largestSharedBase) base *= 2;
  return base;
}

/** The preprocessing of new models at this size. */
export function preprocessingOf(size: number, fit: Fit): Preprocessing {
  return { size, fit, baseSize: baseSizeOf(size) };
}
