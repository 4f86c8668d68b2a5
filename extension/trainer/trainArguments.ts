import type { Config, Extend, Freeze } from '../../trainer/protocol/config.ts';

/** Everything that a new run can be asked for. What is not said is the config's. */
export interface TrainRequest {
  /**
   * `next` is the stage after the chosen or newest run, `newLadder` the first one of a new ladder, `stage` one by its place in
   * the config, from 0, also as the first of a new ladder, `control` the control of a run's ladder.
   */
  what: 'next' | 'newLadder' | { stage: number; newLadder?: true } | { control: string };
  /** Run to start from. */
  from?: string;
  /** Absolute path of the config. */
  config?: string;
  changes?: StageChanges;
}

/** A one-off, without editing a file. */
export interface StageChanges {
  size?: number;
  epochs?: number;
  learningRate?: number;
  batchSize?: number;
  freeze?: Freeze;
  extend?: Extend;
  seed?: number;
  engine?: Config['engine'];
}

/** The command line of a request, without the parts that every call has (`--workspace`, `--json`). */
export function trainArguments({ what, from, config, changes = {} }: TrainRequest): string[] {
  const args = ['train'];
  if (what === 'next') args.push('--next');
  else if (what === 'newLadder') args.push('--new-ladder');
  else if ('control' in what) args.push('--control', what.control);
  else args.push('--stage', String(what.stage + 1), ...(what.newLadder === true ? ['--new-ladder'] : []));
  if (from !== undefined) args.push('--from', from);
  if (config !== undefined) args.push('--config', config);
  return [...args, ...changeArguments(changes)];
}

function changeArguments(changes: StageChanges): string[] {
  const { size, epochs, learningRate, batchSize, freeze, extend, seed, engine } = changes;
  const args: string[] = [];
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined) args.push(name, String(value));
  };
  add('--size', size);
  add('--epochs', epochs);
  add('--learning-rate', learningRate);
  add('--batch-size', batchSize);
  add('--freeze', Array.isArray(freeze) ? freeze.join(',') : freeze);
  if (extend !== undefined) {
    add('--strategy', extend.strategy);
    if (extend.strategy === 'feeder') {
      add('--feeder', extend.feeder);
      add('--cut', extend.cut);
    } else {
      add('--trainable-from', extend.trainableFrom);
    }
  }
  add('--seed', seed);
  add('--engine', engine);
  return args;
}

/** The same command as a line for a terminal: `upsize train --next --from …`. */
export function commandLine(args: readonly string[]): string {
  return ['upsize', ...args.map(quoted)].join(' ');
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
