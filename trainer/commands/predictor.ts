import type { Command } from 'commander';
import { servePredictor } from '../predictor/servePredictor.ts';
import type { CommandContext } from './commandContext.ts';

/** `upsize predictor`: the long-lived child of an editor window, spoken to over its standard streams. */
export function definePredictor(command: Command, context: CommandContext): void {
  command.action(async () => {
    await servePredictor(context.input, context.output);
  });
}
