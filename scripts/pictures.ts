// `npm run pictures [workspace]`: pictures of every view and panel from the newest ladder of a workspace (by default
// `demo/`, which `npm run demo` makes): in real VS Code, dark and light, to docs/images/; of the panels alone in four kinds
// of theme to docs/images/panels/. UPSIZE_PICTURES_ONLY=name,… takes some of them.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { isEvaluated } from '../extension/runs/runUse.ts';
import { laddersOf } from '../trainer/protocol/ladder.ts';
import { RunStore } from '../trainer/protocol/runStore.ts';
import { takePanelPictures } from './pictures/panelPictures.ts';
import { takeWorkbenchPictures } from './pictures/workbenchPictures.ts';

const root = path.resolve(import.meta.dirname, '..');
const images = path.join(root, 'docs', 'images');
const workspaceFolder = path.resolve(process.argv[2] ?? path.join(root, 'demo'));
const only = process.env['UPSIZE_PICTURES_ONLY']?.split(',');

const { runs } = new RunStore(workspaceFolder).list();
const [ladder] = laddersOf(runs).filter((each) => each.runs.some(isEvaluated));
const last = ladder?.runs.findLast(isEvaluated);
if (!ladder || !last) throw new Error(`There is no finished stage in ${workspaceFolder}. "npm run demo" makes some.`);

/** With a palette of 128 colours a picture is a third as large and still looks the same. */
const saveIn = (folder: string) => async (name: string, png: Buffer) => {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${name}.png`);
  const { size } = await sharp(png).png({ palette: true, colours: 128, effort: 10 }).toFile(file);
  console.log(`${path.relative(root, file)} ${Math.round(size / 1024)} KiB`);
};

await takeWorkbenchPictures({ workspaceFolder, ladder, last, only, save: saveIn(images) });
await takePanelPictures({ workspaceFolder, ladder, last, only, save: saveIn(path.join(images, 'panels')) });
