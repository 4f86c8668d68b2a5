/// <reference lib="es2024.arraybuffer" />
import sharp, { type ResizeOptions } from 'sharp';
import type { Fit } from '../protocol/config.ts';
import { baseSizeOf } from '../protocol/preprocessing.ts';
import { halveTo } from './halve.ts';
import { ImageRefusal, maximumPixels, readHeader, refusalOf, type ImageHeader } from './imageHeader.ts';
import type { Picture } from './picture.ts';
import { decodeJpeg, jpegEighths } from './jpeg/decodeJpeg.ts';
import { readImageFile } from './readImageFile.ts';
import { resample } from './resample.ts';

// Nothing but these three loaders may ever run on a user's file, whatever its bytes claim to be.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });
// Many images at once on one thread each beat one image on many threads; and no image is asked for twice.
sharp.concurrency(1);
sharp.cache(false);

/** What decoding one file gives: the square that a model is made from, and the whole picture at about that size. */
export interface DecodedImage extends ImageHeader {
  square: Uint8Array<ArrayBuffer>;
  whole: Picture<ArrayBuffer>;
}

/** The grey of the border that `pad` adds. */
const padValue = 128;
/** Beyond this ratio of the sides `crop` does not keep the whole picture, which would be huge. */
const longestWhole = 8;
/** From a third of the sides on libvips decodes JPEG at a fraction, which saves more than its own scaling costs. */
const shrunkByDecoder = 3;
/** How many pixels of a JPEG that is decoded smaller make one of the result, of each row or column, at least. */
const sharpness = 1.5;
/** Pixels of the largest picture that is decoded whole, so that memory is bounded. */
const mostWholePixels = 4_000_000;

/** Decodes a file to 8-bit sRGB, as large as it is, or scaled by libvips. */
async function decodeFile(bytes: Uint8Array, resize: ResizeOptions | null): Promise<Picture> {
  const image = sharp(bytes, {
    autoOrient: true,
    // Truncated and broken data fails; what every viewer shows in spite of a warning is read.
    failOn: 'error',
    limitInputPixels: maximumPixels,
    pages: 1,
    // A small picture is decoded in one go, where line by line each takes a lock; a large one is never in memory whole.
    sequentialRead: resize !== null,
  }).flatten({ background: '#ffffff' });
  if (resize) image.resize({ ...resize, kernel: 'cubic', fastShrinkOnLoad: true });
  const { data, info } = await image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 || data.length !== width * height * 3) {
    throw new ImageRefusal('unreadable', `not an image that can be read (${channels} channels after decoding)`);
  }
  return { pixels: data, width, height };
}

/**
 * Gives the memory of a decoded file back at once. Left as garbage, pictures of this size make V8 look for garbage every
 * hundred of them, which takes a fifth of the time that decoding does.
 */
function release({ pixels }: Picture): void {
  const { buffer } = pixels;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== pixels.byteLength) return;
  // Node 20 cannot: there it stays garbage.
  if ('transfer' in buffer) buffer.transfer(0);
}

interface Scaled {
  width: number;
  height: number;
  /** `cover` gives the middle of a picture that has other proportions. */
  fit: 'fill' | 'cover';
}

/** The size at which a picture is needed whole, so that a square of `baseSize` is cut out of it or laid around it. */
function scaledTo(baseSize: number, fit: Fit, { width, height }: ImageHeader): Scaled {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  if (fit === 'stretch') return { width: baseSize, height: baseSize, fit: 'fill' };
  if (fit === 'crop' && long > short * longestWhole) return { width: baseSize, height: baseSize, fit: 'cover' };
  const scale = baseSize / (fit === 'crop' ? short : long);
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height), fit: 'fill' };
}

/** How many pixels of a picture, of each row or column, make one of the result: the lesser of both. */
function shrinkOf({ width, height }: ImageHeader, scaled: Scaled): number {
  return Math.min(width / scaled.width, height / scaled.height);
}

/** Decodes a plain JPEG without libvips; null for anything else. */
function decodeHere(bytes: Uint8Array, header: ImageHeader, scaled: Scaled): Picture<ArrayBuffer> | null {
  if (header.format !== 'jpeg' || scaled.fit !== 'fill') return null;
  // What remains is scaled by at least a half more, so that the result is as sharp as one of all pixels.
  const needed = (8 * sharpness) / shrinkOf(header, scaled);
  const eighths = jpegEighths.find((one) => one >= needed) ?? 8;
  const pixels = (header.width * header.height * eighths ** 2) / 64;
  return pixels <= mostWholePixels ? decodeJpeg(bytes, eighths, scaled) : null;
}

/** Whether libvips decodes a picture whole, to be scaled here, which takes a fifth of the time that libvips takes to scale a small one. */
function isScaledHere(header: ImageHeader, scaled: Scaled): boolean {
  const isSmall = shrinkOf(header, scaled) < shrunkByDecoder && header.width * header.height <= mostWholePixels;
  return scaled.fit === 'fill' && isSmall;
}

async function decodeScaled(bytes: Uint8Array, header: ImageHeader, scaled: Scaled): Promise<Picture<ArrayBuffer>> {
  const { width, height } = scaled;
  const plain = decodeHere(bytes, header, scaled);
  if (plain) return plain;
  const decoded = await decodeFile(bytes, isScaledHere(header, scaled) ? null : scaled);
  const whole = resample(decoded, width, height);
  release(decoded);
  return whole;
}

/** The middle `size × size` of a picture that is at least that large. */
function middle(picture: Picture, size: number): Uint8Array<ArrayBuffer> {
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
function padded(picture: Picture, size: number): Uint8Array<ArrayBuffer> {
  const left = Math.floor((size - picture.width) / 2);
  const top = Math.floor((size - picture.height) / 2);
  const out = new Uint8Array(size * size * 3).fill(padValue);
  const row = picture.width * 3;
  for (let y = 0; y < picture.height; y++) {
    out.set(picture.pixels.subarray(y * row, (y + 1) * row), ((top + y) * size + left) * 3);
  }
  return out;
}

function squareOf(whole: Picture<ArrayBuffer>, size: number, fit: Fit): Uint8Array<ArrayBuffer> {
  if (whole.width === size && whole.height === size) return whole.pixels;
  return fit === 'pad' ? padded(whole, size) : middle(whole, size);
}

/**
 * Decodes an image once: EXIF orientation applied, embedded profiles, grey, CMYK and 16 bit brought to 8-bit sRGB, alpha
 * laid on white, the first page of animations, cubic resampling.
 *
 * @returns the `baseSize × baseSize × 3` square and the whole picture.
 * @throws ImageRefusal naming what is wrong.
 */
export async function decodeImage(bytes: Uint8Array, baseSize: number, fit: Fit): Promise<DecodedImage> {
  const header = await readHeader(bytes);
  const scaled = scaledTo(baseSize, fit, header);
  try {
    const whole = await decodeScaled(bytes, header, scaled);
    return { ...header, square: squareOf(whole, baseSize, fit), whole };
  } catch (error) {
    throw refusalOf(error, bytes, header.format);
  }
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
