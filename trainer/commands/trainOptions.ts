import type { Command } from 'commander';
import * as z from 'zod';
import { configSchema, extendSchema, type Extend, type Freeze } from '../protocol/config.ts';
import { configFaults } from '../protocol/configProblem.ts';
import type { StageOverrides } from '../stages/resolveStage.ts';
import { CommandError, exitCodes } from './commandContext.ts';
import { commonOptionsSchema } from './commonOptions.ts';

/** Options of `upsize train`, as commander gives them: texts. */
export const trainOptionsSchema = commonOptionsSchema.extend({
  next: z.boolean().default(false),
  stage: z.string().optional(),
  all: z.boolean().default(false),
  from: z.string().optional(),
  newLadder: z.boolean().default(false),
  control: z.string().optional(),
  detach: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  graftCheck: z.boolean().default(false),
  card: z.string().optional(),
  epochs: z.string().optional(),
  learningRate: z.string().optional(),
  batchSize: z.string().optional(),
  size: z.string().optional(),
  strategy: z.string().optional(),
  feeder: z.string().optional(),
  cut: z.string().optional(),
  trainableFrom: z.string().optional(),
  freeze: z.string().optional(),
  seed: z.string().optional(),
  engine: z.string().optional(),
});
export type TrainOptions = z.infer<typeof trainOptionsSchema>;

/** Adds what `upsize train` takes beside the common options. */
export function addTrainOptions(command: Command): Command {
  return command
    .option('--next', 'the stage after the last trained one (the default)')
    .option('--stage <n>', 'stage n of the config, from 1; replaces nothing, a ladder may branch')
    .option('--all', 'this stage and all after it')
    .option('--from <run>', 'start from this run (id, its beginning or end, or "last")')
    .option('--new-ladder', 'begin again with the first stage')
    .option('--control <run>', 'the control of a ladder: its last size alone, for the time that all its stages took')
    .option('--detach', 'return at once; the run goes on by itself')
    .option('--dry-run', 'say what would be trained, and train nothing')
    .option(
      '--graft-check',
      'try how the new model would grow from its parent: layers, parameters, memory; train nothing',
    )
    .option('--card <file>', 'where the run card is written (default: .upsize/cards/)')
    .optionsGroup('For this run only, without editing the config:')
    .option('--epochs <n>', 'most epochs')
    .option('--learning-rate <rate>', 'learning rate at the beginning')
    .option('--batch-size <n>', 'images in one step')
    .option('--size <px>', 'side of the images: a stage that is not in the config')
    .option('--strategy <name>', 'how the model grows: resize or feeder')
    .option('--feeder <name>', 'new layers in front: residual, lean or article')
    .option('--cut <name>', 'what the feeder stands in front of: wholeTrunk or firstConvolution')
    .option('--trainable-from <layer>', 'with resize: the first layer that trains')
    .option('--freeze <what>', 'parent, none, or layer names with * separated by commas')
    .option('--seed <n>', 'decides every random draw')
    .option('--engine <name>', 'auto, native or wasm');
}

/** A number as it was typed; what is none stays a text, so that the error shows it as it stands. */
function number(text: string): number | string {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
}

/** The `--name` of a field of the config. */
function optionName(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const overridable = ['epochs', 'learningRate', 'batchSize', 'size'] as const;

/**
 * What the options change for this run, held against the config's own schema. Throws a usage error that names the option, its
 * value and what it may be.
 */
export function overridesOf(options: TrainOptions): StageOverrides {
  const stage: Record<string, unknown> = { size: 48 };
  for (const field of overridable) if (options[field] !== undefined) stage[field] = number(options[field]);
  const extend = extendOf(options);
  if (extend !== undefined) stage.extend = extend;
  if (options.freeze !== undefined) stage.freeze = freezeOf(options.freeze);
  const config: Record<string, unknown> = { dataset: '.', stages: [stage] };
  if (options.seed !== undefined) config.seed = number(options.seed);
  if (options.engine !== undefined) config.engine = options.engine;
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) {
    const faults = configFaults(parsed.error.issues, config).map(({ place, message, fix }) => {
      const field = String(
        place.at(-1) === undefined || typeof place.at(-1) === 'number' ? place.at(-2) : place.at(-1),
      );
      return `${optionName(field)}: ${message.replace(/^\S+ is /, 'it is ')} ${fix}`;
    });
    throw new CommandError(faults.join('\n'), exitCodes.usage);
  }
  const checked = parsed.data.stages[0];
  const overrides: StageOverrides = {};
  if (checked?.epochs !== undefined) overrides.epochs = checked.epochs;
  if (checked?.learningRate !== undefined) overrides.learningRate = checked.learningRate;
  if (checked?.batchSize !== undefined) overrides.batchSize = checked.batchSize;
  if (checked?.extend !== undefined) overrides.extend = checked.extend;
  if (checked?.freeze !== undefined) overrides.freeze = checked.freeze;
  if (checked !== undefined && options.size !== undefined) overrides.size = checked.size;
  if (options.seed !== undefined) overrides.seed = parsed.data.seed;
  if (options.engine !== undefined) overrides.engine = parsed.data.engine;
  return overrides;
}

function freezeOf(typed: string): Freeze {
  if (typed === 'parent' || typed === 'none') return typed;
  return typed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function extendOf({
  strategy,
  feeder,
  cut,
  trainableFrom,
}: TrainOptions): Extend | Record<string, unknown> | undefined {
  const wantsFeeder = feeder !== undefined || cut !== undefined;
  const wantsResize = trainableFrom !== undefined;
  if (strategy === undefined && !wantsFeeder && !wantsResize) return undefined;
  const name = strategy ?? (wantsFeeder ? 'feeder' : 'resize');
  if (name === 'resize' && wantsFeeder) {
    throw new CommandError(
      '--feeder and --cut belong to --strategy feeder; "resize" has no new layers.',
      exitCodes.usage,
    );
  }
  if (name === 'feeder' && wantsResize) {
    throw new CommandError(
      '--trainable-from belongs to --strategy resize; use --freeze with a feeder.',
      exitCodes.usage,
    );
  }
  const extend = {
    strategy: name,
    ...(feeder === undefined ? {} : { feeder }),
    ...(cut === undefined ? {} : { cut }),
    ...(trainableFrom === undefined ? {} : { trainableFrom }),
  };
  return extendSchema.safeParse(extend).data ?? extend;
}
