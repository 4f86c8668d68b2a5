import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { paintPicture } from './paintPicture.ts';
import type { PicturePlan } from './plan.ts';

/** What became of one planned picture. */
export interface PaintedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Paints the pictures and writes them below the directory, whose class folders exist. Encodes some while it paints the next. */
export async function paintFiles(
  directory: string,
  seed: number,
  plans: readonly PicturePlan[],
): Promise<PaintedFile[]> {
  return Promise.all(
    plans.map(async (plan) => {
      const file = await paintPicture(plan, seed);
      await writeFile(path.join(directory, ...plan.path.split('/')), file);
      return { path: plan.path, bytes: file.byteLength, sha256: createHash('sha256').update(file).digest('hex') };
    }),
  );
}
