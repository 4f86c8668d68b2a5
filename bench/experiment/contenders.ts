import type * as tfl from '@tensorflow/tfjs-layers';
import { convNet } from '../../trainer/model/convNet.ts';
import { freeze } from '../../trainer/model/freeze.ts';
import { graft } from '../../trainer/model/graft.ts';
import type { Extend, Freeze, ModelOptions } from '../../trainer/protocol/config.ts';

/** One size that a contender trains at. */
export interface Phase {
  size: number;
  /** CPU seconds at most, in budgets of a ladder. */
  share: number;
  /** How the model grows out of the phase before; absent in a first phase. */
  extend?: Extend;
  freeze?: Freeze;
  /** Absent: as the config says. */
  batchSize?: number;
  /** Whether the phase takes all of its share instead of ending when accuracy no longer rises. */
  takesAll?: boolean;
}

/** One way to train a model that takes images of 192 pixels. */
export interface Contender {
  name: string;
  /** `baseline`: from scratch. `ladder`: held against the baselines. `lever`: a ladder with one thing changed. */
  role: 'baseline' | 'ladder' | 'lever';
  phases: Phase[];
  /** Whose learning rate it takes; absent: it is searched. */
  rateOf?: string;
  /** Sizes whose feeders stand in front of each other in a model that trains from scratch. */
  grown?: { sizes: number[]; extend: Extend };
}

/** The sizes of every ladder here. */
export const sizes = [48, 96, 192] as const;
/** Shares of a ladder's budget by size. An epoch costs four times as much at each larger size. */
const shares = [0.15, 0.3, 0.55];
/** A model from scratch may take so many budgets of a ladder. */
const scratchBudgets = 3;

const resize: Extend = { strategy: 'resize' };
const residual: Extend = { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' };
const lean: Extend = { strategy: 'feeder', feeder: 'lean', cut: 'wholeTrunk' };

const ladderOf = (extend: Extend, freezing: Freeze): Phase[] =>
  sizes.map((size, index) => ({
    ...{ size, share: shares[index] ?? 0 },
    ...(index === 0 ? {} : { extend, freeze: freezing }),
  }));
const changed = (changes: readonly Partial<Phase>[]): Phase[] =>
  ladderOf(resize, 'none').map((phase, index) => ({ ...phase, ...changes[index] }));

/** All sizes in turn, and that three times. */
const turns = 3;
const inTurns = (): Phase[] =>
  Array.from({ length: turns }, () =>
    ladderOf(resize, 'none').map((phase) => ({ ...phase, share: phase.share / turns })),
  ).flat();

/** Everyone that is measured, in the order in which they are. */
export const contenders: readonly Contender[] = [
  { name: 'from scratch', role: 'baseline', phases: [{ size: 192, share: scratchBudgets }] },
  { name: 'ladder, resize', role: 'ladder', phases: ladderOf(resize, 'none') },
  { name: 'ladder, residual feeders', role: 'ladder', phases: ladderOf(residual, 'parent') },
  { name: 'ladder, residual feeders, all trained', role: 'ladder', phases: ladderOf(residual, 'none') },
  {
    name: 'from scratch with residual feeders',
    role: 'baseline',
    phases: [{ size: 192, share: scratchBudgets }],
    grown: { sizes: [96, 192], extend: residual },
  },
  {
    name: 'ladder, lean feeders, all trained',
    role: 'lever',
    phases: ladderOf(lean, 'none'),
    rateOf: 'ladder, resize',
  },
  {
    name: 'ladder, batches of 128, 64, 32',
    role: 'lever',
    phases: changed([{ batchSize: 128 }, { batchSize: 64 }, { batchSize: 32 }]),
    rateOf: 'ladder, resize',
  },
  {
    name: 'ladder, only the dense layers at 192',
    role: 'lever',
    phases: changed([{}, {}, { freeze: ['*conv*', '*batchNorm*'] }]),
    rateOf: 'ladder, resize',
  },
  { name: 'ladder, sizes in turns', role: 'lever', phases: inTurns(), rateOf: 'ladder, resize' },
  {
    name: 'ladder, all of each share',
    role: 'lever',
    phases: changed([{ takesAll: true }, { takesAll: true }, { takesAll: true }]),
    rateOf: 'ladder, resize',
  },
];

/** The model that a contender begins with. */
export function firstModel(
  { phases, grown }: Contender,
  options: ModelOptions,
  { classes, seed }: { classes: number; seed: number },
): tfl.LayersModel {
  const size = grown ? sizes[0] : (phases[0]?.size ?? sizes[0]);
  let model = convNet(options, { size, classes, stagePrefix: `s${size}`, seed });
  for (const larger of grown?.sizes ?? []) {
    const parent = model;
    model = graft(parent, grown!.extend, { size: larger, stagePrefix: `s${larger}`, seed }).model;
    parent.dispose();
  }
  freeze(model, 'none', []);
  return model;
}

/** The model of a later phase, out of the trained one of the phase before. */
export function grownModel(parent: tfl.LayersModel, phase: Phase, seed: number): tfl.LayersModel {
  const { model, trunkLayers } = graft(parent, phase.extend ?? resize, {
    ...{ size: phase.size, stagePrefix: `s${phase.size}`, seed },
  });
  freeze(model, phase.freeze ?? 'none', trunkLayers);
  return model;
}
