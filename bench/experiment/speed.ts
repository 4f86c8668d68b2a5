/**
 * Whether a ladder pays: CPU seconds until a model reaches the accuracy that training from scratch at 192 pixels ends at.
 *
 *     npm run experiment -- speed [--dataset DIR] [--budget 400] [--seeds 1,2,3,4,5] [--only NAME]… [--out FILE] [--table]
 *
 * Without a data set, the sample is made and measured. Its images are dealt into 60 % for training, 20 % for validation and
 * 20 % for the test by their contents. Each ladder may spend the budget (CPU seconds), a phase ending early when accuracy
 * stands still for ten epochs; from scratch may spend three budgets, and ends the same way. The learning rate is searched
 * for all the same way, on a seed of its own. The test images are scored once, with the model that each ends with.
 *
 * Each finished run is a line of the file (default: `bench/results/speed-<dataset>.jsonl`), and runs that stand there
 * already are not trained again: the experiment can be interrupted, and widened by more seeds. In the end the table takes its place
 * in `docs/benchmarks.md`; with `--table` nothing else is done.
 */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { generateSample } from '../../samples/generate.ts';
import { sampleConfig } from '../../samples/sampleConfig.ts';
import { writeBenchmarksPage } from '../benchmarksPage.ts';
import { contenders, firstModel, grownModel, sizes, type Contender } from './contenders.ts';
import { speedResultSchema, type SpeedResult } from './speedResult.ts';
import { speedTable } from './speedTable.ts';
import { accuracyOn, openLaboratory, trainPhase } from './trainPhase.ts';

/** Learning rates that are tried, each for a third of the time that a contender has. */
const rates = [0.001, 0.003];
const searchShare = 1 / 3;
const searchSeed = 1000;
const patience = 10;

const { values: flags } = parseArgs({
  options: {
    dataset: { type: 'string' },
    budget: { type: 'string', default: '400' },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    // Whole names, as the table has them.
    only: { type: 'string', multiple: true },
    out: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
const budget = Number(flags.budget);
if (!(budget > 0)) throw new Error(`--budget ${flags.budget}: CPU seconds, above 0.`);
const seeds = flags.seeds.split(',').map(Number);
const names = contenders.map(({ name }) => name);
for (const name of flags.only ?? []) {
  if (!names.includes(name)) throw new Error(`--only ${name}: no such contender. There are: ${names.join('; ')}.`);
}
const chosen = contenders.filter(({ name }) => flags.only?.includes(name) ?? true);
const datasetName = flags.dataset === undefined ? 'sample' : path.basename(path.resolve(flags.dataset));
const out = path.resolve(flags.out ?? path.join(import.meta.dirname, '..', 'results', `speed-${datasetName}.jsonl`));
mkdirSync(path.dirname(out), { recursive: true });

if (!flags.table) {
  const workspace = mkdtempSync(path.join(os.tmpdir(), 'upsize-speed-'));
  try {
    await measureAll(workspace);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}
const table = speedTable(read(), { budget, contenders });
console.log(table);
writeBenchmarksPage(`speed-${datasetName}`, `### speed, ${datasetName}, ${budget} CPU s a ladder\n\n${table}`);

async function measureAll(workspace: string): Promise<void> {
  let photos = flags.dataset;
  if (photos === undefined) {
    await generateSample({ directory: workspace });
    photos = path.join(workspace, 'photos');
  }
  const dealt = path.join(workspace, 'dealt');
  dealImages(path.resolve(photos), dealt);
  const { model, training } = sampleConfig;
  const config = flags.dataset === undefined ? { dataset: dealt, model, training } : { dataset: dealt };
  const laboratory = await openLaboratory({ config, dataset: dealt, workspace, sizes, includeTest: true });
  const { dataset, base } = laboratory;
  console.error(
    `experiment: ${dataset.train.length} images to train with, ${dataset.validation.length} to validate, ${dataset.test.length} to test`,
  );
  try {
    for (const seed of seeds) {
      for (const contender of chosen) {
        const result = await measured('run', contender, seed, await rateFor(contender), budget);
        console.error(`experiment: ${contender.name}, seed ${seed}: ${(100 * result.accuracy).toFixed(1)} %`);
      }
    }
  } finally {
    await laboratory.close();
  }

  /** The rate that served best in a third of the time; a lever takes its ladder's. */
  async function rateFor(contender: Contender): Promise<number> {
    const searched = contenders.find(({ name }) => name === contender.rateOf) ?? contender;
    const tried: SpeedResult[] = [];
    for (const rate of rates) tried.push(await measured('rate', searched, searchSeed, rate, budget * searchShare));
    return tried.reduce((best, one) => (one.accuracy > best.accuracy ? one : best)).rate;
  }

  /** The result of a run: the one that stands in the file, or a new one. */
  async function measured(
    kind: SpeedResult['kind'],
    contender: Contender,
    seed: number,
    rate: number,
    seconds: number,
  ): Promise<SpeedResult> {
    const known = read().find(
      (one) =>
        one.kind === kind &&
        one.contender === contender.name &&
        one.seed === seed &&
        one.rate === rate &&
        one.budget === seconds,
    );
    if (known) return known;
    const result = await train(kind, contender, seed, rate, seconds);
    appendFileSync(out, `${JSON.stringify(result)}\n`);
    return result;
  }

  async function train(
    kind: SpeedResult['kind'],
    contender: Contender,
    seed: number,
    learningRate: number,
    seconds: number,
  ): Promise<SpeedResult> {
    let trained = firstModel(contender, base.model, { classes: dataset.classNames.length, seed });
    const curve: SpeedResult['curve'] = [];
    const epochs: number[] = [];
    let cpuSeconds = 0;
    let accuracy = 0;
    for (const [index, phase] of contender.phases.entries()) {
      if (index > 0) {
        const parent = trained;
        trained = grownModel(parent, phase, seed);
        parent.dispose();
      }
      const outcome = await trainPhase(laboratory, trained, {
        ...{ size: phase.size, cpuSeconds: phase.share * seconds, seed: seed + 10_000 * index },
        training: {
          ...base.training,
          ...{ epochs: 10_000, batchSize: phase.batchSize ?? base.training.batchSize, learningRate },
          earlyStopping: phase.takesAll ? false : { monitor: 'val_accuracy', patience, minDelta: 0 },
          reduceLearningRate: { monitor: 'val_accuracy', patience: 4, factor: 0.5, minLearningRate: 1e-5 },
        },
      });
      curve.push(...outcome.curve.map(([at, value]): [number, number] => [cpuSeconds + at, value]));
      cpuSeconds += outcome.cpuSeconds;
      epochs.push(outcome.epochs);
      accuracy = outcome.accuracy;
    }
    const last = contender.phases.at(-1)?.size ?? 0;
    const testAccuracy = kind === 'run' ? await accuracyOn(laboratory, trained, last, dataset.test) : null;
    trained.dispose();
    return {
      kind,
      contender: contender.name,
      budget: seconds,
      seed,
      rate: learningRate,
      accuracy,
      testAccuracy,
      cpuSeconds,
      epochs,
      curve,
    };
  }
}

function read(): SpeedResult[] {
  if (!existsSync(out)) return [];
  const lines = readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => speedResultSchema.parse(JSON.parse(line)));
}

/** Copies the images of class folders into `train`, `val` and `test`, class by class in the order of their contents' hashes. */
function dealImages(from: string, to: string): void {
  for (const folder of readdirSync(from, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const files = readdirSync(path.join(from, folder.name)).map((name) => {
      const file = path.join(from, folder.name, name);
      return { file, name, hash: createHash('sha256').update(readFileSync(file)).digest('hex') };
    });
    files.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    for (const [index, { file, name }] of files.entries()) {
      const side = ['train', 'train', 'train', 'val', 'test'][index % 5] ?? 'train';
      mkdirSync(path.join(to, side, folder.name), { recursive: true });
      copyFileSync(file, path.join(to, side, folder.name, name));
    }
  }
}
