import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import path from 'node:path';

/** A folder or CSV file that looks like a data set. */
export interface FoundDataset {
  /** Relative to where it was looked for, with `/`; `.` for the folder itself. */
  path: string;
  classes: number;
  /** Images counted; `atLeast` when counting stopped early. */
  images: number;
  atLeast: boolean;
}

const imageName = /\.(jpe?g|png|webp)$/i;
const splitName = /^(train|training|val|valid|validation|test|testing)$/i;
const passedOver = new Set(['node_modules', '__pycache__', 'dist', 'build', 'venv']);
const mostEntries = 20_000;
const deepestFolder = 3;

/** Entries looked at so far: a look at a home folder or a whole disk must end soon. */
interface Budget {
  left: number;
}

function entriesOf(folder: string, budget: Budget): Dirent[] {
  if (budget.left <= 0) return [];
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
    budget.left -= entries.length;
    return entries;
  } catch {
    // What may not be read is no data set that could be trained on.
    return [];
  }
}

function countImages(folder: string, depth: number, budget: Budget): number {
  let images = 0;
  for (const entry of entriesOf(folder, budget)) {
    if (entry.isFile() && imageName.test(entry.name)) images++;
    else if (entry.isDirectory() && depth > 0) images += countImages(path.join(folder, entry.name), depth - 1, budget);
  }
  return images;
}

/** Class folders below a folder that hold images, or null where there are fewer than two. */
function asImageFolder(folder: string, budget: Budget): { classes: number; images: number } | null {
  const folders = entriesOf(folder, budget).filter((entry) => entry.isDirectory());
  if (folders.length === 0) return null;
  const train = folders.find((entry) => /^train(ing)?$/i.test(entry.name));
  if (train) return asImageFolder(path.join(folder, train.name), budget);
  let classes = 0;
  let images = 0;
  for (const entry of folders) {
    if (splitName.test(entry.name) || passedOver.has(entry.name)) continue;
    // Images directly in the folder: a folder of folders of images is a place of data sets, not a class.
    const direct = countImages(path.join(folder, entry.name), 0, budget);
    if (direct === 0) continue;
    classes++;
    images += direct;
  }
  return classes >= 2 ? { classes, images } : null;
}

function asCsv(file: string): { classes: number; images: number } | null {
  try {
    const [head = '', ...rows] = readFileSync(file, 'utf8').slice(0, 200_000).trim().split(/\r?\n/);
    const columns = head.split(',').map((name) => name.trim().replaceAll('"', '').toLowerCase());
    const label = columns.indexOf('label');
    if (label === -1 || !columns.includes('path')) return null;
    return { classes: new Set(rows.map((row) => row.split(',')[label])).size, images: rows.length };
  } catch {
    return null;
  }
}

/** Data sets in a folder and at most three folders below, the largest first. Looks at names only, never into images. */
export function findDatasets(directory: string): FoundDataset[] {
  const budget: Budget = { left: mostEntries };
  const found: FoundDataset[] = [];
  const look = (relative: string, depth: number) => {
    const folder = path.join(directory, relative);
    const entries = entriesOf(folder, budget);
    const images = asImageFolder(folder, budget);
    if (images) {
      found.push({ path: relative === '' ? '.' : relative, ...images, atLeast: false });
      return;
    }
    for (const entry of entries) {
      const below = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isFile() && /\.csv$/i.test(entry.name)) {
        const csv = asCsv(path.join(directory, below));
        if (csv) found.push({ path: below, ...csv, atLeast: false });
      } else if (entry.isDirectory() && depth > 0 && !passedOver.has(entry.name)) look(below, depth - 1);
    }
  };
  look('', deepestFolder);
  found.sort((a, b) => b.images - a.images || (a.path < b.path ? -1 : 1));
  return budget.left > 0 ? found : found.map((one) => ({ ...one, atLeast: true }));
}

/** `1,960 images of 12 classes in photos/`. */
export function describeFoundDataset({ path: place, classes, images, atLeast }: FoundDataset): string {
  const where = place === '.' ? 'here' : `in ${place}${place.toLowerCase().endsWith('.csv') ? '' : '/'}`;
  return `${atLeast ? 'at least ' : ''}${images.toLocaleString('en')} images of ${classes} classes ${where}`;
}
