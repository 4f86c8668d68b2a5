import type { Command } from 'commander';
import * as z from 'zod';
import { describeEngine, engineLines } from '../engine/describeEngine.ts';
import { detectGpus } from '../engine/gpu.ts';
import { installNativeEngine, NoEngineHere } from '../engine/install/installNativeEngine.ts';
import { loadEngine, parseEngineChoice } from '../engine/loadEngine.ts';
import { runProbe } from '../engine/probeEngine.ts';
import type { NativeBuild } from '../engine/tensorflowRelease.ts';
import { bytesText } from '../protocol/numberFormats.ts';
import { createStep } from '../stages/createStep.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema } from './commonOptions.ts';
import { PhaseProgress } from './phaseProgress.ts';

const optionsSchema = commonOptionsSchema.extend({ gpu: z.boolean().default(false) });

/** `upsize engine`: which engine is used, on what, and how fast it trains; `upsize engine install` installs the native one. */
export function defineEngine(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('[action]', '"install" installs the native engine into the user’s cache; "probe" tries one step')
    .option('--gpu', 'install the engine for NVIDIA GPUs (Linux x64), beside the one for the processor')
    .action(async (typed: unknown) => {
      const { json, gpu } = optionsSchema.parse(command.opts());
      const action = z.string().optional().parse(typed);
      if (gpu && action !== 'install') {
        throw new CommandError('--gpu goes with "install": "upsize engine install --gpu".', exitCodes.usage);
      }
      if (action === undefined) await describe(json, context);
      else if (action === 'install') await install(json, gpu ? 'gpu' : 'cpu', context);
      else if (action === 'probe') await probe(context);
      else {
        throw new CommandError(
          `There is no "upsize engine ${action}". Did you mean "upsize engine install"?`,
          exitCodes.usage,
        );
      }
    });
}

async function install(json: boolean, build: NativeBuild, context: CommandContext): Promise<void> {
  if (build === 'gpu' && detectGpus().length === 0) {
    say(context.errorOutput, 'No NVIDIA GPU is seen here: until there is one, this engine computes on the processor.');
  }
  const progress = new PhaseProgress(context);
  const abort = new AbortController();
  const stopListening = context.onInterrupt(() => abort.abort(new Error('Left. What was downloaded in full is kept.')));
  try {
    const { installed, folder } = await installNativeEngine({
      build,
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
  const engine = await loadEngine(engineChoice(context), { gpu: true });
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
