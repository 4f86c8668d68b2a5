import type { Command } from 'commander';
import * as z from 'zod';
import { runChild } from '../stages/runChild.ts';
import type { CommandContext } from './commandContext.ts';

/** `upsize child FOLDER`: what a trainer child runs. Started by Upsize itself, detached. */
export function defineChild(command: Command, context: CommandContext): void {
  command.argument('<folder>', 'run folder').action(async (folder: unknown) => {
    context.exitCode = await runChild(z.string().parse(folder));
  });
}
