/** Paints the icon that VS Code shows of the extension out of the sign of its views: `node scripts/icon.ts`. */
import path from 'node:path';
import sharp from 'sharp';

const media = path.resolve(import.meta.dirname, '..', 'extension', 'media');
const edge = 128;
const sign = 88;
/** What the sign's lines stand on: the blue of the middle stage in charts. */
const ground = `<svg width="${edge}" height="${edge}"><rect width="${edge}" height="${edge}" rx="24" fill="#1f6fc0"/></svg>`;

/** White, since `currentColor` means black outside of a page. */
const bars = await sharp(path.join(media, 'upsize.svg'), { density: (72 * sign) / 24 })
  .resize(sign, sign)
  .negate({ alpha: false })
  .png()
  .toBuffer();
await sharp(Buffer.from(ground))
  .composite([{ input: bars }])
  .png({ compressionLevel: 9 })
  .toFile(path.join(media, 'icon.png'));
