import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeFoundDataset, findDatasets } from '../trainer/commands/findDatasets.ts';
import { listImageFolder } from '../trainer/dataset/imageFolder.ts';
import { configSchema } from '../trainer/protocol/config.ts';
import type { DemoPlan } from './demoPlan.ts';

/** The user's own images as a demo trains on them. */
export interface DemoPhotos {
  /** Folder of class folders, or a CSV file; absolute. */
  dataset: string;
  images: number;
  /** `1,960 images of 12 classes in …`. */
  description: string;
}

/**
 * What is trained when a user names a folder: the folder itself where it holds class folders, images in them or below, else the
 * largest data set inside. Null where there are no images. Reads names only.
 */
export async function findDemoPhotos(folder: string): Promise<DemoPhotos | null> {
  const root = realpathSync(folder);
  const { images } = await listImageFolder(root);
  const classes = new Set(images.map(({ label }) => label)).size;
  const [found] = classes >= 2 ? [{ path: '.', classes, images: images.length, atLeast: false }] : findDatasets(root);
  if (!found) return null;
  const dataset = path.join(root, found.path);
  return { dataset, images: found.images, description: describeFoundDataset({ ...found, path: dataset }) };
}

/**
 * The workspace of a demo on a user's own images: its name tells the folder apart from another one of the same name, and the
 * engine, since each engine has a plan of its own.
 */
export function demoWorkspaceName(dataset: string, engine: 'native' | 'wasm'): string {
  const name = path
    .basename(dataset)
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const digest = createHash('sha256').update(dataset).digest('hex').slice(0, 6);
  return [name || 'photos', digest, ...(engine === 'wasm' ? ['wasm'] : [])].join('-');
}

/**
 * Writes a demo's `upsize.json`: `base` with the plan's stages; what the plan says of training comes after what `base` says.
 *
 * @returns whether it was written. One that is there already is left alone: runs were made with it, or someone has changed it.
 */
export function writeDemoConfig(
  workspace: string,
  base: { name: string; dataset: string; training?: object; stages?: readonly object[] },
  plan: DemoPlan,
): boolean {
  const file = path.join(workspace, 'upsize.json');
  if (existsSync(file)) return false;
  mkdirSync(workspace, { recursive: true });
  const stages = plan.sizes.map((size, index) => ({
    ...base.stages?.[index],
    size,
    epochs: plan.epochs[index] ?? 1,
  }));
  const config = { ...base, training: { ...base.training, ...plan.training }, stages };
  configSchema.parse(config);
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  return true;
}
