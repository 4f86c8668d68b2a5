import type { Command } from 'commander';
import * as z from 'zod';
import { runChild } from '../stages/runChild.ts';
import type { CommandContext } from './commandContext.ts';

const optionsSchema = z.object({ engine: z.enum(['native', 'wasm']).optional() });

/** `upsize child FOLDER`: what a trainer child runs. Started by Upsize itself, detached. */
export function defineChild(command: Command, context: CommandContext): void {
  command
    .argument('<folder>', 'run folder')
    .option('--engine <name>', 'go on with this engine, whichever it was begun on')
    .action(async (folder: unknown) => {
      const { engine } = optionsSchema.parse(command.opts());
      context.exitCode = await runChild(z.string().parse(folder), engine ?? null);
    });
}
