import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../protocol/config.ts';
import { describeProblem, readConfig } from '../protocol/readConfig.ts';
import { CommandError, exitCodes, type CommandContext } from './commandContext.ts';
import type { CommonOptions } from './commonOptions.ts';
import { describeFoundDataset, findDatasets } from './findDatasets.ts';

/** A config, and where it stands. */
export interface FoundConfig {
  config: Config;
  /** Absolute path. */
  file: string;
  /** As manifests keep it: relative to the workspace, with `/`. */
  configFile: string;
  /** What paths in it are relative to. */
  baseDirectory: string;
}

/**
 * The config that a command works with: `--config`, else `upsize.json` in the workspace, else the only `*.upsize.json`.
 * Throws with what to do when there is none, when there are several, or when it is wrong.
 */
export function findConfig(options: CommonOptions, workspace: string, context: CommandContext): FoundConfig {
  const file =
    options.config === undefined
      ? defaultConfigFile(workspace)
      : path.resolve(context.currentDirectory, options.config);
  const { config, problems } = readConfig(file);
  if (config === null) {
    const shown = path.relative(context.currentDirectory, file) || file;
    throw new CommandError(problems.map((problem) => describeProblem(shown, problem)).join('\n'), exitCodes.usage);
  }
  return {
    config,
    file,
    configFile: path.relative(workspace, file).split(path.sep).join('/'),
    baseDirectory: path.dirname(file),
  };
}

function defaultConfigFile(workspace: string): string {
  const names = readdirSync(workspace).filter((name) => name.endsWith('.upsize.json'));
  const plain = path.join(workspace, 'upsize.json');
  if (readdirSync(workspace).includes('upsize.json')) return plain;
  if (names.length === 1 && names[0] !== undefined) return path.join(workspace, names[0]);
  if (names.length > 1) {
    throw new CommandError(
      `There are several configs here (${names.toSorted().join(', ')}). Choose one with --config.`,
      exitCodes.usage,
    );
  }
  const [found] = findDatasets(workspace);
  const advice = found
    ? `There are ${describeFoundDataset(found)}: "upsize init" makes an upsize.json for them, and "upsize train" then trains on them.`
    : 'Go to a folder that holds a folder of images with one folder for each class, and run "upsize init" there.';
  throw new CommandError(`${workspace}: there is no upsize.json here. ${advice}`, exitCodes.usage);
}
