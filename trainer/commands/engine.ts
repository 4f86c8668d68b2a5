import type { Command } from 'commander';
import * as z from 'zod';
import { describeEngine, engineLines } from '../engine/describeEngine.ts';
import { installNativeEngine, NoEngineHere } from '../engine/install/installNativeEngine.ts';
import { loadEngine, parseEngineChoice } from '../engine/loadEngine.ts';
import { runProbe } from '../engine/probeEngine.ts';
import { bytesText } from '../protocol/numberFormats.ts';
import { createStep } from '../stages/createStep.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema } from './commonOptions.ts';
import { PhaseProgress } from './phaseProgress.ts';

/** `upsize engine`: which engine is used, on what, and how fast it trains; `upsize engine install` installs the native one. */
export function defineEngine(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('[action]', '"install" installs the native engine into the user’s cache; "probe" tries one step')
    .action(async (typed: unknown) => {
      const { json } = commonOptionsSchema.parse(command.opts());
      const action = z.string().optional().parse(typed);
      if (action === undefined) await describe(json, context);
      else if (action === 'install') await install(json, context);
      else if (action === 'probe') await probe(context);
      else {
        throw new CommandError(
          `There is no "upsize engine ${action}". Did you mean "upsize engine install"?`,
          exitCodes.usage,
        );
      }
    });
}

async function install(json: boolean, context: CommandContext): Promise<void> {
  const progress = new PhaseProgress(context);
  const abort = new AbortController();
  const stopListening = context.onInterrupt(() => abort.abort(new Error('Left. What was downloaded in full is kept.')));
  try {
    const { installed, folder } = await installNativeEngine({
      signal: abort.signal,
      onProgress: ({ message, bytes = 0, totalBytes = 0 }) => progress.update(message, bytes, totalBytes, bytesText),
    });
    progress.end();
    if (json) sayJson(context.output, { installed, folder });
    else say(context.output, installed ? `Installed in ${folder}.` : `It is installed already, in ${folder}.`);
  } catch (error) {
    throw error instanceof NoEngineHere ? new CommandError(error.message, exitCodes.choice) : error;
  } finally {
    progress.end();
    stopListening();
  }
}

async function describe(json: boolean, context: CommandContext): Promise<void> {
  const engine = await loadEngine(engineChoice(context));
  const described = await describeEngine(engine, (model, options) => createStep(engine.name, model, options).step);
  if (json) sayJson(context.output, described);
  else for (const line of engineLines(described)) say(context.output, line);
}

/** One line of JSON, for the one who asks whether this Node can run the trainer. */
async function probe(context: CommandContext): Promise<void> {
  say(context.output, JSON.stringify(await runProbe(engineChoice(context))));
}

function engineChoice({ environment }: CommandContext): ReturnType<typeof parseEngineChoice> {
  try {
    return parseEngineChoice(environment.UPSIZE_ENGINE);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), exitCodes.usage);
  }
}
