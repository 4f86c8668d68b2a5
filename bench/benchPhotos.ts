import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { generateSample } from '../samples/generate.ts';
import { peerFolder } from './peerFolder.ts';

/** A folder of class folders: the photographs, or the generated sample where there are none. */
export async function photoFolder(photos: string | null, count = 2000): Promise<string> {
  if (photos !== null) return photos;
  const directory = peerFolder(`sample-${count}`);
  await generateSample({ directory, count });
  return path.join(directory, 'photos');
}

/** JPEG files below a folder of class folders, in an order that stays; at most so many, of all classes. */
export function jpegsOf(folder: string, atMost: number): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .map((name) => path.join(folder, name));
  const every = Math.max(1, files.length / atMost);
  return Array.from({ length: Math.min(atMost, files.length) }, (_, at) => files[Math.floor(at * every)] ?? '');
}

/** JPEGs of 4000 × 3000 pixels, as a telephone takes them, made once from smaller ones by enlarging them. */
export async function twelveMegapixels(from: readonly string[], count: number): Promise<string[]> {
  const folder = peerFolder(`12-megapixels-${from.length}-${count}`);
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    for (let at = 0; at < count; at++) {
      const source = from[at % from.length];
      if (source === undefined) break;
      // Noise as a sensor has it: without it the coefficients that a real photograph costs would all be zero.
      const noise = await sharp({
        create: {
          width: 4000,
          height: 3000,
          channels: 3,
          background: '#808080',
          noise: { type: 'gaussian', mean: 128, sigma: 12 },
        },
      })
        .png({ compressionLevel: 0 })
        .toBuffer();
      await sharp(source)
        .resize(4000, 3000, { fit: 'fill', kernel: 'cubic' })
        .composite([{ input: noise, blend: 'soft-light' }])
        .jpeg({ quality: 88 })
        .toFile(path.join(partial, `${at}.jpg`));
    }
    renameSync(partial, folder);
  }
  return readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name));
}
