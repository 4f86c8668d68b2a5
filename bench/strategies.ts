/**
 * Which way of growing a model is worth its time: accuracy against CPU seconds, several seeds, the same budget for all.
 *
 *     node bench/strategies.ts --dataset DIR [--small 48 --large 96] [--seeds 1,2,3] [--first 90] [--budget 60]
 *                              [--only resize,lean] [--out results.jsonl]
 *
 * For each seed a first stage is trained at the small size for `--first` CPU seconds. From its best weights each strategy
 * then goes on at the large size for `--budget` CPU seconds. Controls: `stay` spends the same budget at the small size, `scratch`
 * both budgets at the large one. Each line of the results is one run; the table at the end is of their means. Accuracy
 * is that of the best epoch on the validation images, the same for all. Data is cached in a temporary workspace.
 */
import { appendFileSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type * as tfl from '@tensorflow/tfjs-layers';
import { convNet } from '../trainer/model/convNet.ts';
import { freeze } from '../trainer/model/freeze.ts';
import { graft } from '../trainer/model/graft.ts';
import type { Extend, Freeze } from '../trainer/protocol/config.ts';
import { openLaboratory, type PhaseOutcome, trainPhase } from './experiment/trainPhase.ts';

interface Strategy {
  name: string;
  extend: Extend;
  freeze: Freeze;
  /** At the small size, as the control that only trains longer. */
  stays?: boolean;
}

const feeder = (name: 'residual' | 'lean' | 'article', cut: 'wholeTrunk' | 'firstConvolution'): Extend => ({
  strategy: 'feeder',
  feeder: name,
  cut,
});
const strategies: readonly Strategy[] = [
  { name: 'stay', extend: { strategy: 'resize' }, freeze: 'none', stays: true },
  { name: 'resize', extend: { strategy: 'resize' }, freeze: 'none' },
  { name: 'residual', extend: feeder('residual', 'wholeTrunk'), freeze: 'parent' },
  { name: 'residual-free', extend: feeder('residual', 'wholeTrunk'), freeze: 'none' },
  { name: 'lean', extend: feeder('lean', 'wholeTrunk'), freeze: 'parent' },
  { name: 'lean-free', extend: feeder('lean', 'wholeTrunk'), freeze: 'none' },
  { name: 'lean-first', extend: feeder('lean', 'firstConvolution'), freeze: 'parent' },
  { name: 'lean-first-free', extend: feeder('lean', 'firstConvolution'), freeze: 'none' },
  { name: 'article', extend: feeder('article', 'wholeTrunk'), freeze: 'parent' },
  { name: 'article-first', extend: feeder('article', 'firstConvolution'), freeze: 'parent' },
];

const { values: flags } = parseArgs({
  options: {
    dataset: { type: 'string' },
    small: { type: 'string', default: '48' },
    large: { type: 'string', default: '96' },
    seeds: { type: 'string', default: '1,2,3' },
    first: { type: 'string', default: '90' },
    budget: { type: 'string', default: '60' },
    only: { type: 'string' },
    learningRate: { type: 'string', default: '0.001' },
    out: { type: 'string' },
    workspace: { type: 'string' },
  },
});
if (!flags.dataset) throw new Error('--dataset DIR: the folder of class folders to measure on');
const [small, large, first, budget] = [flags.small, flags.large, flags.first, flags.budget].map(Number);
if (!small || !large || !first || !budget)
  throw new Error('--small, --large, --first and --budget are numbers above 0');
const only = flags.only?.split(',');
const laboratory = await openLaboratory({
  config: { dataset: path.resolve(flags.dataset) },
  dataset: path.resolve(flags.dataset),
  workspace: flags.workspace ?? mkdtempSync(path.join(os.tmpdir(), 'upsize-bench-')),
  sizes: [small, large],
});
const { engine, dataset, base } = laboratory;
say({
  engine: engine.name,
  threads: engine.threads,
  small,
  large,
  first,
  budget,
  classes: dataset.classNames.length,
  train: dataset.train.length,
  validation: dataset.validation.length,
});

const results = new Map<string, PhaseOutcome[]>();
for (const seed of flags.seeds.split(',').map(Number)) {
  const classes = dataset.classNames.length;
  const root = convNet(base.model, { size: small, classes, stagePrefix: `s${small}`, seed });
  record('first', seed, await train(root, small, first, seed));
  for (const strategy of strategies) {
    if (only && !only.includes(strategy.name)) continue;
    const size = strategy.stays ? small : large;
    const { model, trunkLayers } = graft(root, strategy.extend, { size, stagePrefix: `s${large}`, seed });
    freeze(model, strategy.freeze, trunkLayers);
    record(strategy.name, seed, await train(model, size, budget, seed + 1000));
    model.dispose();
  }
  root.dispose();
  if (!only || only.includes('scratch')) {
    const scratch = convNet(base.model, { size: large, classes, stagePrefix: `s${large}`, seed });
    record('scratch', seed, await train(scratch, large, first + budget, seed));
    scratch.dispose();
  }
}
await laboratory.close();
printTable();

/** Trains for a number of CPU seconds and leaves the best epoch's weights in the model. */
function train(model: tfl.LayersModel, size: number, cpuSeconds: number, seed: number): Promise<PhaseOutcome> {
  const training = {
    ...base.training,
    epochs: 100_000,
    earlyStopping: false,
    reduceLearningRate: false,
    learningRate: Number(flags.learningRate),
  } as const;
  return trainPhase(laboratory, model, { size, cpuSeconds, seed, training });
}

function record(name: string, seed: number, outcome: PhaseOutcome): void {
  results.set(name, [...(results.get(name) ?? []), outcome]);
  say({ strategy: name, seed, ...outcome });
}

function say(line: Record<string, unknown>): void {
  if (flags.out) appendFileSync(flags.out, `${JSON.stringify(line)}\n`);
  const { curve: _curve, ...short } = line;
  console.log(JSON.stringify(short));
}

function printTable(): void {
  console.log('\nstrategy          accuracy (each seed)          mean   start  epochs  CPU s');
  for (const [name, outcomes] of results) {
    const mean = (of: (outcome: PhaseOutcome) => number) =>
      outcomes.reduce((sum, one) => sum + of(one), 0) / outcomes.length;
    const each = outcomes.map(({ accuracy }) => (100 * accuracy).toFixed(1)).join(' ');
    const start = mean(({ curve }) => curve[0]?.[1] ?? 0);
    console.log(
      [
        name.padEnd(16),
        each.padEnd(28),
        (100 * mean(({ accuracy }) => accuracy)).toFixed(1).padStart(6),
        (100 * start).toFixed(1).padStart(7),
        mean(({ epochs }) => epochs)
          .toFixed(1)
          .padStart(7),
        mean(({ cpuSeconds }) => cpuSeconds)
          .toFixed(0)
          .padStart(6),
      ].join(' '),
    );
  }
}
