// `npm run demo`: trains a 48 → 96 → 192 ladder on the generated sample; with a folder, `npm run demo -- path/to/photos`, on the
// user's own images, which are read and never written. All it does is what the command line offers to everyone.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { generateSample } from '../samples/generate.ts';
import { sampleConfig } from '../samples/sampleConfig.ts';
import { isLive } from '../trainer/protocol/runState.ts';
import { RunStore } from '../trainer/protocol/runStore.ts';
import { chooseDemoPlan, secondsOf, type DemoPlan } from './demoPlan.ts';
import { demoWorkspaceName, findDemoPhotos, writeDemoConfig } from './demoWorkspace.ts';

const repository = path.dirname(import.meta.dirname);
const trainer = path.join(repository, 'dist', 'trainer.cjs');
const demo = path.join(repository, 'demo');
const clearLine = '\r\u001b[2K';
const engineSchema = z.object({ name: z.enum(['native', 'wasm']), imagesPerSecond: z.number().positive() });
type Engine = z.infer<typeof engineSchema>;

const [given] = process.argv.slice(2);
const started = performance.now();
process.exitCode = await demonstrate();

async function demonstrate(): Promise<number> {
  const engine = await measureEngine();
  if (engine === null) return 1;
  if (engine.name === 'wasm') {
    console.log(
      'The WASM engine is many times slower than the native one, so this is a smaller demo: fewer images, smaller sizes.',
    );
  }
  const workspace =
    given === undefined
      ? await makeSample(engine)
      : await usePhotos(path.resolve(process.env.INIT_CWD ?? '.', given), engine);
  if (workspace === null) return 2;
  const code = await train(workspace);
  if (code !== 0) return code;
  const minutes = (performance.now() - started) / 60_000;
  console.log(`\nThe demo took ${minutes.toFixed(1)} min. All of it lies in ${shown(workspace)}/:`);
  console.log(`  npx --no-install upsize runs --workspace ${shown(workspace)}`);
  return 0;
}

function shown(file: string): string {
  return path.relative(process.cwd(), file) || '.';
}

/** The engine that will train, and how many images a second it makes at 48 pixels; null, with the reason said, where none works. */
async function measureEngine(): Promise<Engine | null> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [trainer, 'engine', '--json']);
    return engineSchema.parse(JSON.parse(stdout));
  } catch (error) {
    const said =
      error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : String(error);
    console.error(`No engine works here: ${said}`);
    return null;
  }
}

/** The workspace with the generated sample; made if it is missing. */
async function makeSample(engine: Engine): Promise<string> {
  const request = { usesWasm: engine.name === 'wasm', imagesPerSecond: engine.imagesPerSecond };
  const plan = chooseDemoPlan(request);
  // Another number of pictures is another sample, and another workspace.
  const workspace = engine.name === 'wasm' ? path.join(demo, 'wasm') : demo;
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
  if (writeDemoConfig(workspace, sampleConfig, plan)) sayPlan(plan, secondsOf(plan, request), engine);
  return workspace;
}

/** A workspace for the user's own images, or null where there are none. Nothing is written beside them. */
async function usePhotos(folder: string, engine: Engine): Promise<string | null> {
  const photos = existsSync(folder) && statSync(folder).isDirectory() ? await findDemoPhotos(folder) : null;
  if (photos === null) {
    console.error(
      `${folder}: there are no images here. Give a folder that holds one folder of JPEG, PNG or WebP images for each class.`,
    );
    return null;
  }
  console.log(`Training on ${photos.description}, which is read and never written.`);
  const { images } = photos;
  const request = { usesWasm: engine.name === 'wasm', imagesPerSecond: engine.imagesPerSecond, images };
  const plan = chooseDemoPlan(request);
  const workspace = path.join(demo, demoWorkspaceName(photos.dataset, engine.name));
  const base = { name: path.basename(photos.dataset), dataset: photos.dataset };
  if (writeDemoConfig(workspace, base, plan)) sayPlan(plan, secondsOf(plan, request), engine);
  return workspace;
}

function sayPlan(plan: DemoPlan, seconds: number, { imagesPerSecond }: Engine): void {
  const minutes = Math.max(1, Math.round(seconds / 60));
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
