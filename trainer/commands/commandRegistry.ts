import type { Command } from 'commander';
import type { CommandContext } from './commandContext.ts';

/** One subcommand of `upsize`: what the help lists at once, and its code, which is loaded only when it is called. */
export interface CommandEntry {
  name: string;
  summary: string;
  hidden?: boolean;
  /** Adds arguments, options and the action. */
  load: () => Promise<(command: Command, context: CommandContext) => void>;
}

/** All subcommands, in the order of the help. */
export const commandRegistry: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'make an upsize.json for the images found here',
    load: async () => (await import('./init.ts')).defineInit,
  },
  {
    name: 'scan',
    summary: 'look through the images: classes, sizes, problems',
    load: async () => (await import('./scan.ts')).defineScan,
  },
  {
    name: 'check',
    summary: 'say what in the config would train and mislead',
    load: async () => (await import('./check.ts')).defineCheck,
  },
  {
    name: 'train',
    summary: 'train the next stage, a chosen one, or all',
    load: async () => (await import('./train.ts')).defineTrain,
  },
  {
    name: 'resume',
    summary: 'go on with a run that was stopped or interrupted',
    load: async () => (await import('./resume.ts')).defineResume,
  },
  {
    name: 'stop',
    summary: 'stop a run; it can be resumed',
    load: async () => (await import('./stop.ts')).defineStop,
  },
  {
    name: 'runs',
    summary: 'list the runs',
    load: async () => (await import('./runs.ts')).defineRuns,
  },
  {
    name: 'show',
    summary: 'show one run, or write its run card',
    load: async () => (await import('./show.ts')).defineShow,
  },
  {
    name: 'compare',
    summary: 'show the figures of several runs beside each other',
    load: async () => (await import('./compare.ts')).defineCompare,
  },
  {
    name: 'evaluate',
    summary: 'score a run on its test images or on another data set',
    load: async () => (await import('./evaluate.ts')).defineEvaluate,
  },
  {
    name: 'predict',
    summary: 'say what images show',
    load: async () => (await import('./predict.ts')).definePredict,
  },
  {
    name: 'engine',
    summary: 'say which engine is used and how fast it is; install the native one',
    load: async () => (await import('./engine.ts')).defineEngine,
  },
  {
    name: 'clean',
    summary: 'list, then remove, what can be made again',
    load: async () => (await import('./clean.ts')).defineClean,
  },
  {
    name: 'child',
    summary: 'train the run in a run folder',
    hidden: true,
    load: async () => (await import('./child.ts')).defineChild,
  },
  {
    name: 'predictor',
    summary: 'answer requests of an editor on standard input',
    hidden: true,
    load: async () => (await import('./predictor.ts')).definePredictor,
  },
];
