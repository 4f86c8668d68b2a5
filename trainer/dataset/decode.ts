import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Fit } from '../protocol/config.ts';
import { baseSizeOf } from '../protocol/preprocessing.ts';
import { halveTo } from './halve.ts';
import {
  ImageRefusal,
  maximumFileBytes,
  maximumPixels,
  readHeader,
  refusalOf,
  type ImageHeader,
} from './imageHeader.ts';

// Nothing but these three loaders may ever run on a user's file, whatever its bytes claim to be.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });
// Many images at once on one thread each beat one image on many threads; and no image is asked for twice.
sharp.concurrency(1);
sharp.cache(false);

/** A decoded RGB picture: `width × height × 3` bytes, row-major. */
export interface Picture {
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** What decoding one file gives: the square that a model is made from, and the whole picture at about that size. */
export interface DecodedImage extends ImageHeader {
  square: Uint8Array;
  whole: Picture;
}

/** The grey of the border that `pad` adds. */
const padValue = 128;
/** Beyond this ratio of the sides `crop` does not keep the whole picture, which would be huge. */
const longestWhole = 8;

async function resizeWhole(bytes: Uint8Array, width: number, height: number, fit: 'fill' | 'cover'): Promise<Picture> {
  const { data, info } = await sharp(bytes, {
    autoOrient: true,
    // Truncated and broken data fails; what every viewer shows in spite of a warning is read.
    failOn: 'error',
    limitInputPixels: maximumPixels,
    pages: 1,
    sequentialRead: true,
  })
    .flatten({ background: '#ffffff' })
    .resize(width, height, { fit, kernel: 'lanczos3', fastShrinkOnLoad: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 || data.length !== width * height * 3) {
    throw new ImageRefusal('unreadable', `not an image that can be read (${info.channels} channels after decoding)`);
  }
  return { pixels: data, width, height };
}

/** The middle `size × size` of a picture that is at least that large. */
function middle(picture: Picture, size: number): Uint8Array {
  const left = Math.floor((picture.width - size) / 2);
  const top = Math.floor((picture.height - size) / 2);
  const out = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const from = ((top + y) * picture.width + left) * 3;
    out.set(picture.pixels.subarray(from, from + size * 3), y * size * 3);
  }
  return out;
}

/** A picture of at most `size × size` in the middle of a grey square. */
function padded(picture: Picture, size: number): Uint8Array {
  const left = Math.floor((size - picture.width) / 2);
  const top = Math.floor((size - picture.height) / 2);
  const out = new Uint8Array(size * size * 3).fill(padValue);
  const row = picture.width * 3;
  for (let y = 0; y < picture.height; y++) {
    out.set(picture.pixels.subarray(y * row, (y + 1) * row), ((top + y) * size + left) * 3);
  }
  return out;
}

/**
 * Decodes an image once: EXIF orientation applied, embedded profiles, grey, CMYK and 16 bit brought to 8-bit sRGB, alpha
 * laid on white, the first page of animations, Lanczos-3 resampling with shrink-on-load.
 *
 * @returns the `baseSize × baseSize × 3` square and the whole picture.
 * @throws ImageRefusal naming what is wrong.
 */
export async function decodeImage(bytes: Uint8Array, baseSize: number, fit: Fit): Promise<DecodedImage> {
  const header = await readHeader(bytes);
  const { width, height } = header;
  try {
    if (fit === 'stretch') {
      const whole = await resizeWhole(bytes, baseSize, baseSize, 'fill');
      return { ...header, square: whole.pixels, whole };
    }
    const long = Math.max(width, height);
    const short = Math.min(width, height);
    const scale = baseSize / (fit === 'crop' ? short : long);
    const scaled = (side: number) => Math.max(1, Math.round(side * scale));
    if (fit === 'pad') {
      const whole = await resizeWhole(bytes, scaled(width), scaled(height), 'fill');
      return { ...header, square: padded(whole, baseSize), whole };
    }
    if (long > short * longestWhole) {
      const whole = await resizeWhole(bytes, baseSize, baseSize, 'cover');
      return { ...header, square: whole.pixels, whole };
    }
    const whole = await resizeWhole(bytes, scaled(width), scaled(height), 'fill');
    return { ...header, square: middle(whole, baseSize), whole };
  } catch (error) {
    throw refusalOf(error, bytes, header.format);
  }
}

/** Reads an image file whole. Throws an ImageRefusal on a file that is gone, unreadable or too large to be a picture. */
export async function readImageFile(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(file);
    if (bytes.length <= maximumFileBytes) return bytes;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT') throw new ImageRefusal('missing', 'the file is not there', { cause: error });
    throw new ImageRefusal('unreadable', `the file cannot be read (${code})`, { cause: error });
  }
  throw new ImageRefusal('tooLarge', `too large: more than ${maximumFileBytes / 1e6} MB`);
}

/**
 * The one way from a file to the pixels of a model: cache, prediction, hover and lens all go through it, so that they
 * agree to the byte. The image is decoded to `baseSize` and halved by exact 2 × 2 means down to `size`.
 *
 * @param input path of a file, or its bytes.
 * @param size side of the result in pixels.
 * @param baseSize as the model's preprocessing says; `baseSizeOf(size)` for new models.
 * @returns `size × size × 3` bytes, RGB, row-major.
 * @throws ImageRefusal naming what is wrong with the image.
 */
export async function decodeToSquare(
  input: string | Uint8Array,
  size: number,
  fit: Fit,
  baseSize = baseSizeOf(size),
): Promise<Uint8Array> {
  const bytes = typeof input === 'string' ? await readImageFile(input) : input;
  const { square } = await decodeImage(bytes, baseSize, fit);
  return halveTo(square, baseSize, size);
}
