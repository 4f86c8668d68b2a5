import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { datasetOptions } from './datasetOptions.ts';
import { prepareDataset, type PrepareDatasetOptions } from '../../../trainer/dataset/prepareDataset.ts';
import { randomAt } from '../../../trainer/protocol/random.ts';

/** A smooth random picture: no two seeds look alike, and it survives JPEG. */
export function picture(seed: number, width = 40, height = 30): Sharp {
  const random = randomAt(seed, 'sample');
  const cells = Uint8Array.from({ length: 8 * 8 * 3 }, () => Math.floor(random.next() * 256));
  return sharp(cells, { raw: { width: 8, height: 8, channels: 3 } }).resize(width, height, {
    fit: 'fill',
    kernel: 'cubic',
  });
}

/** Writes a picture; the format is that of the name's ending. */
export async function writePicture(file: string, seed: number, width = 40, height = 30): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const extension = path.extname(file).toLowerCase();
  const made = picture(seed, width, height);
  if (extension === '.png') await writeFile(file, await made.png().toBuffer());
  else if (extension === '.webp') await writeFile(file, await made.webp().toBuffer());
  else await writeFile(file, await made.jpeg({ quality: 90 }).toBuffer());
}

/** Makes `folder/photos/<class>/<n>.jpg`, as many as the numbers say; each picture is another. */
export async function makePhotos(folder: string, counts: Record<string, number>): Promise<string> {
  let seed = 1;
  for (const [name, count] of Object.entries(counts)) {
    for (let n = 0; n < count; n++) await writePicture(path.join(folder, 'photos', name, `${n}.jpg`), seed++);
  }
  return path.join(folder, 'photos');
}

/** Prepares `folder/photos` with small sizes. */
export function prepare(folder: string, changes: Partial<PrepareDatasetOptions> = {}) {
  return prepareDataset({
    options: datasetOptions({}),
    baseDirectory: folder,
    workspace: folder,
    sizes: [8, 16],
    seed: 1,
    cacheBytes: 1e9,
    ...changes,
  });
}
