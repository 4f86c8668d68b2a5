import type { Extend } from '../../protocol/config.ts';
import { articleFeeder } from './article.ts';
import type { MakeFeeder } from './feeder.ts';
import { leanFeeder } from './lean.ts';
import { residualFeeder } from './residual.ts';

/** Name of a feeder, as `upsize.json` has it. */
export type FeederName = Extract<Extend, { strategy: 'feeder' }>['feeder'];

/** The feeders there are: a new one is one file and one line here (and its name in the config's schema). */
export const feeders: Readonly<Record<FeederName, MakeFeeder>> = {
  residual: residualFeeder,
  lean: leanFeeder,
  article: articleFeeder,
};
