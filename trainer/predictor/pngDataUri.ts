import sharp from 'sharp';

/** `size × size × 3` bytes as a PNG data URI: no pixel is another. */
export async function pngDataUri(pixels: Uint8Array, size: number): Promise<string> {
  const png = await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
