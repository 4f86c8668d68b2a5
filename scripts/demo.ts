// `npm run demo`: trains a 48 → 96 → 192 ladder on the generated sample; with a folder, `npm run demo -- path/to/photos`, on the
// user's own images, which are read and never written. All it does is what the command line offers to everyone.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { generateSample } from '../samples/generate.ts';
import { sampleConfig } from '../samples/sampleConfig.ts';
import { describeFoundDataset, findDatasets } from '../trainer/commands/findDatasets.ts';
import { findNativeParts } from '../trainer/engine/native/nativeParts.ts';
import { configSchema } from '../trainer/protocol/config.ts';
import { isLive } from '../trainer/protocol/events.ts';
import { RunStore } from '../trainer/protocol/runStore.ts';
import { chooseDemoPlan, secondsOf, type DemoPlan } from './demoPlan.ts';

const repository = path.dirname(import.meta.dirname);
const trainer = path.join(repository, 'dist', 'trainer.cjs');
const demo = path.join(repository, 'demo');
const clearLine = '\r\u001b[2K';

const [given] = process.argv.slice(2);
const usesWasm = process.env.UPSIZE_ENGINE === 'wasm' || !findNativeParts().found;
const started = performance.now();
if (usesWasm) {
  console.log(
    'The WASM engine is many times slower than the native one, so this is a smaller demo: fewer images, smaller sizes.',
  );
}
const imagesPerSecond = await measureSpeed();
const directory =
  given === undefined ? await makeSample() : usePhotos(path.resolve(process.env.INIT_CWD ?? '.', given));
process.exitCode = directory === null ? 2 : await train(directory);
if (directory !== null && process.exitCode === 0) {
  const minutes = (performance.now() - started) / 60_000;
  console.log(`\nThe demo took ${minutes.toFixed(1)} min. All of it lies in ${shown(directory)}/:`);
  console.log(`  npx --no-install upsize runs --workspace ${shown(directory)}`);
}

function shown(file: string): string {
  return path.relative(process.cwd(), file) || '.';
}

/** Images a second at 48 pixels, as `upsize engine` measures it. */
async function measureSpeed(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [trainer, 'engine', '--json']);
  return z.object({ imagesPerSecond: z.number().positive() }).parse(JSON.parse(stdout)).imagesPerSecond;
}

/** The workspace with the generated sample; made if it is missing. */
async function makeSample(): Promise<string> {
  const plan = chooseDemoPlan({ usesWasm, imagesPerSecond });
  // Another number of pictures is another sample, and another workspace.
  const workspace = usesWasm ? path.join(demo, 'wasm') : demo;
  mkdirSync(workspace, { recursive: true });
  const live = process.stdout.isTTY;
  if (!live) console.log('Painting the sample …');
  const { count } = await generateSample({
    directory: workspace,
    count: plan.images,
    onProgress: (done, total) => live && process.stdout.write(`${clearLine}Painting the sample ${done} of ${total}`),
  });
  if (live) process.stdout.write(clearLine);
  console.log(`The sample: ${count} pictures of fruit in ${shown(path.join(workspace, 'photos'))}/.`);
  writeConfig(workspace, sampleConfig, plan);
  return workspace;
}

/** A workspace for the user's own images, or null where there are none. Nothing is written beside them. */
function usePhotos(photos: string): string | null {
  const [dataset] = existsSync(photos) && statSync(photos).isDirectory() ? findDatasets(photos) : [];
  if (!dataset) {
    console.error(
      `${photos}: there are no images here. Give a folder that holds one folder of JPEG, PNG or WebP images for each class.`,
    );
    return null;
  }
  const name = path
    .basename(photos)
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  // `photos` and `wasm` lie in the sample's own workspace.
  const workspace = path.join(demo, ['', 'photos', 'wasm'].includes(name) ? `${name}-demo` : name);
  mkdirSync(workspace, { recursive: true });
  console.log(`Training on ${describeFoundDataset({ ...dataset, path: photos })}, which is read and never written.`);
  const plan = chooseDemoPlan({ usesWasm, imagesPerSecond, images: dataset.images });
  writeConfig(workspace, { name: path.basename(photos), dataset: path.join(photos, dataset.path) }, plan);
  return workspace;
}

/** `base` with the plan's stages; what the plan says of training comes before what `base` says. */
function writeConfig(
  workspace: string,
  base: { name: string; dataset: string; training?: object },
  plan: DemoPlan,
): void {
  const file = path.join(workspace, 'upsize.json');
  // What is there belongs to runs that were made with it, or someone has changed it.
  if (existsSync(file)) return;
  const stages = plan.sizes.map((size, index) => ({ size, epochs: plan.epochs[index] ?? 1 }));
  const config = { ...base, training: { ...base.training, ...plan.training }, stages };
  configSchema.parse(config);
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  const minutes = Math.max(1, Math.round(secondsOf(plan, imagesPerSecond) / 60));
  console.log(
    `Stages ${plan.sizes.join(' → ')} px, about ${minutes} min (${Math.round(imagesPerSecond)} images/s at 48 px).`,
  );
}

/** Trains a whole ladder: goes on with one that was left in the middle, else begins a new one. */
async function train(workspace: string): Promise<number> {
  const last = new RunStore(workspace).list().runs.at(-1);
  if (last && (last.state === 'stopped' || last.state === 'interrupted') && last.summary.resumable) {
    console.log(`Going on with run ${last.id}, which was ${last.state}.`);
    const code = await upsize(['resume', last.id], workspace);
    if (code !== 0 || last.manifest.config.laterSizes.length === 0) return code;
    return upsize(['train', '--all', '--from', last.id], workspace);
  }
  const hasNext = last?.state === 'completed' && last.manifest.config.laterSizes.length > 0;
  const goesOn = last === undefined || isLive(last.state) || hasNext;
  return upsize(['train', '--all', ...(goesOn ? [] : ['--new-ladder'])], workspace);
}

function upsize(args: string[], workspace: string): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [trainer, ...args, '--workspace', workspace], { stdio: 'inherit' });
    // Ctrl-C reaches the child by itself, which then stops the run; this process only waits for it.
    const wait = () => undefined;
    process.on('SIGINT', wait);
    child.once('close', (code, signal) => {
      process.off('SIGINT', wait);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}
