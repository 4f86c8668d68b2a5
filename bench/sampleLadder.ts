/**
 * What larger images bring on the sample, and what as many more epochs at the smaller size bring instead:
 *
 *     node bench/sampleLadder.ts [--seeds 1,2,3] [--count 2000]
 *
 * For each seed (of training; the pictures stay the same) the sample's own ladder is trained, and from the first and the second
 * stage a branch that stays at its size for the epochs, and at the learning rate, of the next. Prints the validation accuracy of
 * each run's saved weights and the gains in points. Uses the built trainer (`npm run build`); the pictures and runs lie in a temporary folder.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import * as z from 'zod';
import { generateSample } from '../samples/generate.ts';
import { sampleConfig } from '../samples/sampleConfig.ts';

const { values: flags } = parseArgs({
  options: { seeds: { type: 'string', default: '1,2,3' }, count: { type: 'string', default: '2000' } },
});
const trainer = path.join(import.meta.dirname, '..', 'dist', 'trainer.cjs');
const workspace = mkdtempSync(path.join(os.tmpdir(), 'upsize-sample-'));
const runSchema = z.object({ id: z.string(), size: z.number(), valAccuracy: z.number(), seconds: z.number() });
type TrainedRun = z.infer<typeof runSchema>;

await generateSample({ directory: workspace, count: Number(flags.count) });
console.log(`Pictures and runs: ${workspace}`);
const rows: TrainedRun[][] = [];
for (const seed of flags.seeds.split(',').map(Number)) {
  writeFileSync(path.join(workspace, 'upsize.json'), JSON.stringify({ ...sampleConfig, seed }));
  const ladder = [await train('--new-ladder')];
  const controls: TrainedRun[] = [];
  for (const { epochs, ...stage } of sampleConfig.stages.slice(1)) {
    const parent = ladder.at(-1)!;
    ladder.push(await train('--from', parent.id));
    const rate = 'learningRate' in stage ? ['--learning-rate', String(stage.learningRate)] : [];
    const staying = ['--size', String(parent.size), '--strategy', 'resize', '--epochs', String(epochs), ...rate];
    controls.push(await train('--from', parent.id, ...staying));
  }
  rows.push([...ladder, ...controls]);
  console.log(`seed ${seed}: ${rows.at(-1)?.map(describe).join(' · ')}`);
}
const [first, second, third] = sampleConfig.stages.map(({ size }) => size);
console.log(`\n| seed | ${first} | ${second} | ${third} | gain | instead at ${first} | gain | instead at ${second} |`);
console.log('|---|---|---|---|---|---|---|---|');
rows.forEach((runs, index) => {
  const [a, b, c, stayA, stayB] = runs.map(({ valAccuracy }) => 100 * valAccuracy) as [
    ...[number, number, number, number, number],
  ];
  const cells = [a, b, c, b - a, stayA - a, c - b, stayB - b].map((value) => value.toFixed(1));
  console.log(`| ${flags.seeds.split(',')[index]} | ${cells.join(' | ')} |`);
});

function describe({ size, valAccuracy, seconds }: TrainedRun): string {
  return `${size} px ${(100 * valAccuracy).toFixed(1)} % in ${Math.round(seconds)} s`;
}

/** Trains one run and returns it. */
async function train(...args: string[]): Promise<TrainedRun> {
  const cli = [trainer, 'train', '--workspace', workspace, '--json', ...args];
  await promisify(execFile)(process.execPath, cli, { maxBuffer: 1e9 });
  const { stdout } = await promisify(execFile)(process.execPath, [trainer, 'runs', '--workspace', workspace, '--json']);
  return z.array(runSchema).parse(JSON.parse(stdout)).at(-1)!;
}
