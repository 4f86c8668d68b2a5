import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { decodeToSquare } from '../dataset/decode.ts';
import { loadEngine, parseEngineChoice } from '../engine/loadEngine.ts';
import { openModelFolder } from '../model/modelFolder.ts';
import type { OpenedModel } from '../model/serialize.ts';
import { predictPixels } from '../predictor/openedModels.ts';
import { percent } from '../protocol/numberFormats.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { describeFailure } from '../stages/describeFailure.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { findRun } from './findRun.ts';

const optionsSchema = commonOptionsSchema.extend({
  run: z.string().optional(),
  top: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, '--top must be a number from 1.')
    .default('3'),
  csv: z.string().optional(),
});

/** What a model says of one file, or why it says nothing. */
type FilePrediction =
  { file: string; predictedClass: string; probabilities: Record<string, number> } | { file: string; error: string };

/** `upsize predict`: what images show, by a run's saved model. Ends with 1 where a file could not be read. */
export function definePredict(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('<files...>', 'images, or folders of images')
    .option('--run <run>', 'id, its beginning or end; default: the newest completed run')
    .option('--top <n>', 'how many classes to print', '3')
    .option('--csv <file>', 'write a CSV file: file, class, probability of each class')
    .action(async (typed: unknown) => {
      const options = optionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const files = z
        .array(z.string())
        .parse(typed)
        .flatMap((file) => imagesAt(path.resolve(context.currentDirectory, file)));
      const run = options.run === undefined ? newestCompleted(workspace) : findRun(workspace, options.run);
      if (run.state !== 'completed') {
        throw new CommandError(
          `Run ${run.id} is ${run.state} and has no finished model. Choose a completed run with --run.`,
          exitCodes.choice,
        );
      }
      await loadEngine(parseEngineChoice(context.environment.UPSIZE_ENGINE));
      const opened = await openModelFolder(runPaths(run.folder).model);
      const predictions: FilePrediction[] = [];
      for (const file of files) {
        const prediction = await predictFile(opened, file);
        predictions.push(prediction);
        if (!options.json && options.csv === undefined)
          say(context.output, line(prediction, Number(options.top), context));
      }
      opened.model.dispose();
      if (options.csv !== undefined) {
        const file = path.resolve(context.currentDirectory, options.csv);
        writeFileSync(file, csvOf(predictions, opened.metadata.classNames));
        if (!options.json) say(context.output, `Wrote ${predictions.length} predictions to ${file}.`);
      }
      if (options.json) {
        sayJson(
          context.output,
          predictions.map((prediction) => ({ runId: run.id, size: opened.metadata.size, ...prediction })),
        );
      }
      if (predictions.some((prediction) => 'error' in prediction)) context.exitCode = exitCodes.failed;
    });
}

/** A file itself, or the images in a folder and below, in the order of their names. */
function imagesAt(given: string): string[] {
  if (statSync(given, { throwIfNoEntry: false })?.isDirectory() !== true) return [given];
  const found = readdirSync(given, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(jpe?g|png|webp)$/i.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  if (found.length === 0) {
    throw new CommandError(`${given}: there are no JPEG, PNG or WebP images in this folder.`, exitCodes.usage);
  }
  return found;
}

function newestCompleted(workspace: string): Run {
  const run = new RunStore(workspace).list().runs.findLast(({ state }) => state === 'completed');
  if (run) return run;
  throw new CommandError(
    'There is no completed run here yet. Train one first with "upsize train", or give another folder with --workspace.',
    exitCodes.choice,
  );
}

async function predictFile(opened: OpenedModel, file: string): Promise<FilePrediction> {
  const { classNames, size, fit, baseSize } = opened.metadata;
  try {
    const values = await predictPixels(opened, await decodeToSquare(file, size, fit, baseSize));
    const probabilities = Object.fromEntries(classNames.map((name, index) => [name, values[index] ?? 0]));
    const best = values.indexOf(Math.max(...values));
    return { file, predictedClass: classNames[best] ?? '?', probabilities };
  } catch (error) {
    return { file, error: describeFailure(error) };
  }
}

function line(prediction: FilePrediction, top: number, context: CommandContext): string {
  const name = path.relative(context.currentDirectory, prediction.file) || prediction.file;
  if ('error' in prediction) return `${name}: ${prediction.error}`;
  const ranked = Object.entries(prediction.probabilities).sort(([, a], [, b]) => b - a);
  return `${name}: ${ranked
    .slice(0, top)
    .map(([className, probability]) => `${className} ${percent(probability)}`)
    .join(', ')}`;
}

/** A cell of a CSV file; a leading sign that spreadsheets take for a formula is made a text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvOf(predictions: readonly FilePrediction[], classNames: readonly string[]): string {
  const head = ['file', 'class', ...classNames, 'error'].map(cell);
  const rows = predictions.map((prediction) =>
    'error' in prediction
      ? [cell(prediction.file), '', ...classNames.map(() => ''), cell(prediction.error)]
      : [
          cell(prediction.file),
          cell(prediction.predictedClass),
          ...classNames.map((name) => (prediction.probabilities[name] ?? 0).toFixed(6)),
          '',
        ],
  );
  return `${[head, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}
