// `npm run pictures [workspace]`: pictures of every view and panel from the newest ladder of a workspace, by default of `demo/`,
// where the sample ladder is trained first if it is not there. In real VS Code, dark and light: docs/images/. The panels
// alone in four kinds of theme: docs/images/panels/, which git leaves out, and a sheet of the four for each in docs/images/.
// UPSIZE_PICTURES_ONLY=config,panels/dashboard,… takes some of them.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { isEvaluated } from '../extension/runs/runUse.ts';
import { laddersOf } from '../trainer/protocol/ladder.ts';
import { RunStore } from '../trainer/protocol/runStore.ts';
import { copyWorkspace } from './pictures/copyWorkspace.ts';
import { takePanelPictures } from './pictures/panelPictures.ts';
import type { PictureOptions } from './pictures/pictureOptions.ts';
import { takeWorkbenchPictures } from './pictures/workbenchPictures.ts';

const root = path.resolve(import.meta.dirname, '..');
const images = path.join(root, 'docs', 'images');
const demo = path.join(root, 'demo');
const mostBytes = 150 * 1024;
const [given] = process.argv.slice(2);
const only = process.env['UPSIZE_PICTURES_ONLY']?.split(',');

const workspace = given === undefined ? demo : path.resolve(process.env['INIT_CWD'] ?? '.', given);
if (!newestLadder(workspace)) {
  if (given !== undefined) {
    throw new Error(`There is no finished stage in ${workspace}. Without a workspace, the pictures are of the sample.`);
  }
  console.log('The pictures are of the sample ladder, which is trained first ("npm run demo", about ten minutes).');
  node('scripts/demo.ts');
}

const scratch = await mkdtemp(path.join(tmpdir(), 'upsize-pictures-'));
try {
  const workspaceFolder = path.join(scratch, 'fruit');
  await copyWorkspace(workspace, workspaceFolder);
  const ladder = newestLadder(workspaceFolder);
  if (!ladder) throw new Error(`No stage of ${workspace} is finished yet.`);
  const options: PictureOptions = { workspaceFolder, ...ladder, only, save };
  if (only?.every(isPanel) !== true) await takeWorkbenchPictures(options);
  else node('dist/trainer.cjs', 'scan', '--workspace', workspaceFolder);
  if (only?.some(isPanel) !== false) await takePanelPictures(options);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
// What the tests' harness keeps for the next page would hold the process, as it would hold mocha's without `--exit`.
process.exit();

/** The newest ladder of which a stage was evaluated, and the last such stage. */
function newestLadder(folder: string): Pick<PictureOptions, 'ladder' | 'last'> | undefined {
  const [ladder] = laddersOf(new RunStore(folder).list().runs).filter((each) => each.runs.some(isEvaluated));
  const last = ladder?.runs.findLast(isEvaluated);
  return ladder && last && { ladder, last };
}

/** Runs a script of the repository to its end. Throws where it fails; it has said why. */
function node(script: string, ...args: string[]): void {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${script} ended with exit code ${status}; there are no pictures.`);
}

function isPanel(name: string): boolean {
  return name.startsWith('panels/');
}

/**
 * With a palette of 128 colours a picture is a third as large and still looks the same; one of many photographs comes smaller,
 * so that a clone stays small.
 */
async function save(name: string, png: Buffer): Promise<void> {
  const file = path.join(images, `${name}.png`);
  const { width } = await sharp(png).metadata();
  const shrunk = (share: number) =>
    sharp(png)
      .resize(Math.round(width * share))
      .png({ palette: true, colours: 128, effort: 10 })
      .toBuffer();
  let bytes = await shrunk(1);
  for (let share = 0.9; bytes.length > mostBytes && !isPanel(name); share *= 0.9) bytes = await shrunk(share);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  console.log(`${path.relative(root, file)} ${Math.round(bytes.length / 1024)} KiB`);
}
