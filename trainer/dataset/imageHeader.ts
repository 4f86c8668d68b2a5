import sharp from 'sharp';
import type { DatasetProblem } from '../protocol/datasetProblem.ts';
import { sizeOfPlainJpeg } from './jpeg/jpegSize.ts';

/** The formats that are read. Everything else is refused before a decoder sees it. */
export type ImageFormat = 'jpeg' | 'png' | 'webp';

/** Most pixels that an image may have by its header, before anything is decoded. */
export const maximumPixels = 50_000_000;
/** Longest side that an image may have: that of JPEG. */
export const maximumSide = 65_500;
/** Largest file that is read into memory. */
export const maximumFileBytes = 200_000_000;

const extensions: Record<ImageFormat, readonly string[]> = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  png: ['.png'],
  webp: ['.webp'],
};

/** Extensions of the formats that are read. */
export const imageExtensions: ReadonlySet<string> = new Set(Object.values(extensions).flat());

/** Extensions of pictures in other formats: worth a word, where a text file beside the pictures is not. */
export const otherPictureExtensions: ReadonlySet<string> = new Set(
  '.gif .bmp .tif .tiff .svg .heic .heif .avif .jxl .jp2 .ico .psd .raw .cr2 .nef .arw .dng .exr .hdr .tga'.split(' '),
);

/** Why an image is left out: what a `DatasetProblem` says of it. */
export class ImageRefusal extends Error {
  override readonly name = 'ImageRefusal';
  readonly kind: DatasetProblem['kind'];

  constructor(kind: DatasetProblem['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** What the header of an image says; width and height after its EXIF orientation is applied. */
export interface ImageHeader {
  format: ImageFormat;
  width: number;
  height: number;
}

function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  return Buffer.from(bytes.subarray(at, at + text.length)).toString('latin1') === text;
}

/** The format of a file by its first bytes, or null when it is none that is read. */
export function formatOf(bytes: Uint8Array): ImageFormat | null {
  if (bytes.length < 12) return null;
  if (startsWith(bytes, '\xff\xd8\xff')) return 'jpeg';
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return 'png';
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return 'webp';
  return null;
}

/** What a file of another format is, for the message that refuses it. */
function describeUnknown(bytes: Uint8Array): string {
  if (startsWith(bytes, 'GIF8')) return 'a GIF';
  if (startsWith(bytes, 'BM')) return 'a BMP';
  if (startsWith(bytes, 'II*\0') || startsWith(bytes, 'MM\0*')) return 'a TIFF';
  if (startsWith(bytes, 'ftyp', 4)) return 'a HEIC, AVIF or video file';
  if (startsWith(bytes, '<svg') || startsWith(bytes, '<?xml')) return 'an SVG or XML file';
  if (startsWith(bytes, '%PDF')) return 'a PDF';
  if (startsWith(bytes, 'version https://git-lfs')) return 'a Git LFS pointer, not the picture itself (git lfs pull)';
  const text = bytes.subarray(0, 512).every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
  return text ? 'a text file' : 'not an image that can be read';
}

/** The refusal of a name that promises another format than the file has, or null. Names without extension promise nothing. */
export function wrongExtension(extension: string, format: ImageFormat): ImageRefusal | null {
  if (extension === '' || extensions[format].includes(extension.toLowerCase())) return null;
  const name = format === 'webp' ? 'WebP' : format.toUpperCase();
  return new ImageRefusal(
    'wrongExtension',
    `a ${name} image named ${extension}; rename it to end in ${extensions[format][0] ?? ''}`,
  );
}

/** Whether the file ends before its format says so. */
export function endsEarly(bytes: Uint8Array, format: ImageFormat): boolean {
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (format === 'jpeg') return tail.lastIndexOf(Buffer.from([0xff, 0xd9])) < 2;
  if (format === 'png') return tail.lastIndexOf('IEND', undefined, 'latin1') < 0;
  return tail.readUInt32LE(4) + 8 > bytes.length;
}

/** The refusal for what libvips says of an image. */
export function refusalOf(error: unknown, bytes: Uint8Array, format: ImageFormat): ImageRefusal {
  if (error instanceof ImageRefusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  const named = format === 'webp' ? 'WebP' : format.toUpperCase();
  if (/premature end|truncated/i.test(message) || endsEarly(bytes, format)) {
    return new ImageRefusal('truncated', `truncated: the ${named} data ends early`, { cause: error });
  }
  const first = message.split('\n')[0] ?? '';
  return new ImageRefusal('unreadable', `not an image that can be read (${named}: ${first})`, { cause: error });
}

async function askForSize(bytes: Uint8Array, format: ImageFormat): Promise<{ width: number; height: number }> {
  try {
    const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return autoOrient;
  } catch (error) {
    throw refusalOf(error, bytes, format);
  }
}

/**
 * Reads the header of an image, and refuses what should never reach a decoder: empty files, other formats, and more
 * pixels than `maximumPixels`.
 *
 * @throws ImageRefusal
 */
export async function readHeader(bytes: Uint8Array): Promise<ImageHeader> {
  if (bytes.length === 0) throw new ImageRefusal('empty', 'an empty file');
  const format = formatOf(bytes);
  if (!format) {
    throw new ImageRefusal('unsupportedFormat', `${describeUnknown(bytes)}; JPEG, PNG and WebP are read`);
  }
  const { width, height } = (format === 'jpeg' ? sizeOfPlainJpeg(bytes) : null) ?? (await askForSize(bytes, format));
  if (!width || !height) throw new ImageRefusal('unreadable', 'an image without width or height');
  if (width * height > maximumPixels || Math.max(width, height) > maximumSide) {
    throw new ImageRefusal(
      'tooLarge',
      `too large: its header says ${width} × ${height} pixels; at most ${maximumPixels / 1e6} million are read. Scale it down`,
    );
  }
  return { format, width, height };
}
