import sharp from 'sharp';

/** Qualities to try, from the best to what still shows what it is. */
const qualities = [82, 70, 55, 40, 25];

export interface ThumbnailImage {
  dataUri: string;
  width: number;
  height: number;
}

/**
 * The picture, turned as its EXIF orientation says, at most `pixels` on its longer side, as a WebP data URI of at most
 * `bytes` bytes of picture (a hover's text has a limit, and base64 makes it a third longer). Throws what the decoder throws.
 */
export async function makeThumbnail(picture: Uint8Array, pixels: number, bytes: number): Promise<ThumbnailImage> {
  const { data, info } = await sharp(picture, { limitInputPixels: 50_000_000 })
    .rotate()
    .resize(pixels, pixels, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  let side = Math.max(info.width, info.height);
  for (;;) {
    for (const quality of qualities) {
      const { data: webp, info: made } = await sharp(data, {
        raw: { width: info.width, height: info.height, channels: info.channels },
      })
        .resize(side, side, { fit: 'inside', withoutEnlargement: true })
        .webp({ quality })
        .toBuffer({ resolveWithObject: true });
      if (webp.length <= bytes || side <= 32) {
        return { dataUri: `data:image/webp;base64,${webp.toString('base64')}`, width: made.width, height: made.height };
      }
    }
    side = Math.round(side * 0.75);
  }
}
