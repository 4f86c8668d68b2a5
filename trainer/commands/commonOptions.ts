import { statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { CommandError, exitCodes, type CommandContext } from './commandContext.ts';

/** What every command takes. */
export const commonOptionsSchema = z.object({
  workspace: z.string().optional(),
  config: z.string().optional(),
  json: z.boolean().default(false),
});
export type CommonOptions = z.infer<typeof commonOptionsSchema>;

/** Adds `--workspace`, `--config` and `--json`. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--workspace <dir>', 'folder that holds .upsize/ (default: here)')
    .option('--config <file>', 'config file (default: upsize.json in the workspace)')
    .option('--json', 'print JSON, for programs');
}

/** Absolute path of the workspace folder. Throws when there is no such folder. */
export function workspaceOf(options: CommonOptions, context: CommandContext): string {
  const workspace = path.resolve(context.currentDirectory, options.workspace ?? '.');
  if (statSync(workspace, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CommandError(`${workspace}: there is no such folder. Give another with --workspace.`, exitCodes.usage);
  }
  return workspace;
}
