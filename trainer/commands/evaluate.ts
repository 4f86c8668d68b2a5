import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { DatasetError } from '../dataset/datasetError.ts';
import { listDataset } from '../dataset/listDataset.ts';
import type { ListedImage } from '../dataset/listedImage.ts';
import { loadEngine, parseEngineChoice } from '../engine/loadEngine.ts';
import { openModelFolder } from '../model/modelFolder.ts';
import { effectiveDatasetSchema } from '../protocol/config.ts';
import { countText, lossText, percent } from '../protocol/numberFormats.ts';
import { evaluationSchema, type Evaluation } from '../protocol/runFolder.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { readVersioned } from '../protocol/readVersioned.ts';
import type { Run } from '../protocol/runSummary.ts';
import { versions } from '../protocol/versions.ts';
import { EventWriter } from '../run/eventWriter.ts';
import { releaseRun, takeRun } from '../run/owner.ts';
import { saveEvaluation } from '../stages/saveResults.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { findRun } from './findRun.ts';
import { PhaseProgress } from './phaseProgress.ts';
import { scoreImages, type UnreadImage } from './scoreImages.ts';
import { textTable } from './textTable.ts';

const splitSchema = z.enum(['train', 'validation', 'test']);
const optionsSchema = commonOptionsSchema.extend({ dataset: z.string().optional(), split: z.string().optional() });

/** What an evaluation is of. */
interface Subject {
  run: Run;
  /** Null where the whole of another data set is meant. */
  split: Evaluation['split'] | null;
  /** Absolute path of another data set, or null for the run's own. */
  dataset: string | null;
}

interface Scored {
  evaluation: Evaluation;
  unread: UnreadImage[];
  /** Classes that the model does not know. */
  unknown: string[];
}

/** `upsize evaluate`: scores a run's saved weights on its test images or on another data set; else shows what it scored. */
export function defineEvaluate(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('<run>', 'id, its beginning or end, or "last"')
    .option('--dataset <path>', 'another folder of class folders, or CSV file')
    .option('--split <name>', 'validation, train, or test; each look at the test images is recorded')
    .action(async (typed: unknown) => {
      const options = optionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const split = splitSchema.optional().safeParse(options.split);
      if (!split.success) {
        throw new CommandError(
          `--split: it is "${options.split ?? ''}", and can be validation, train or test.`,
          exitCodes.usage,
        );
      }
      const run = findRun(workspace, z.string().parse(typed));
      if (run.state !== 'completed') {
        throw new CommandError(
          `Run ${run.id} is ${run.state} and has no finished model to evaluate.`,
          exitCodes.choice,
        );
      }
      const dataset = await otherDataset(run, options.dataset, context.currentDirectory);
      const subject: Subject = { run, dataset, split: split.data ?? (dataset === null ? 'validation' : null) };
      const { evaluation, unread, unknown } =
        dataset === null && subject.split !== 'test'
          ? { evaluation: recorded(run, subject.split ?? 'validation'), unread: [], unknown: [] }
          : await score(subject, context);
      if (options.json) sayJson(context.output, forPrograms(subject, evaluation, unread));
      else for (const line of lines(subject, evaluation)) say(context.output, line);
      if (unknown.length > 0) {
        say(context.errorOutput, `Left out, since the model does not know their classes: ${unknown.join(', ')}.`);
      }
      for (const { file, reason } of unread) say(context.errorOutput, `${file}: ${reason}. Left out.`);
    });
}

/** Absolute path of the data set that was asked for, or null where it is the run's own, under whatever name. */
async function otherDataset(run: Run, asked: string | undefined, currentDirectory: string): Promise<string | null> {
  if (asked === undefined) return null;
  const given = path.resolve(currentDirectory, asked);
  const { baseDirectory, config } = run.manifest;
  return (await realPathOf(given)) === (await realPathOf(path.resolve(baseDirectory, config.dataset.path)))
    ? null
    : given;
}

/** Without symbolic links where it is there. */
async function realPathOf(given: string): Promise<string> {
  return await realpath(given).catch(() => given);
}

/** Refuses to score the run's own test images as those of another data set, which would leave no record of the look. */
async function refuseOwnTestImages(run: Run, images: readonly ListedImage[]): Promise<void> {
  const { baseDirectory, config } = run.manifest;
  let own: ListedImage[];
  try {
    ({ images: own } = await listDataset(config.dataset, baseDirectory));
  } catch (error) {
    // The run's own images are gone, so these are others.
    if (error instanceof DatasetError) return;
    throw error;
  }
  const tested = new Set(own.filter(({ split }) => split === 'test').map((image) => image.path));
  const count = images.filter((image) => tested.has(image.path)).length;
  if (count === 0) return;
  throw new CommandError(
    `${count} of these ${images.length} images are test images of run ${run.id}'s own data set, and each look at them is recorded. Use "upsize evaluate ${run.id} --split test".`,
    exitCodes.usage,
  );
}

/** The run scored these itself, with the same weights; there is no need to do it again. */
function recorded(run: Run, split: Evaluation['split']): Evaluation {
  const read = readVersioned(runPaths(run.folder).evaluationOf(split), evaluationSchema, versions.evaluation);
  if (read.kind !== 'ok')
    throw new CommandError(`Run ${run.id} has no evaluation of its ${split} images: ${read.message}.`);
  return read.value;
}

/** Scores, and where it was a look at the test images, records it: then the run is this process's own meanwhile. */
async function score({ run, split, dataset }: Subject, context: CommandContext): Promise<Scored> {
  const { config, baseDirectory } = run.manifest;
  const options = dataset === null ? config.dataset : effectiveDatasetSchema.parse({ path: dataset });
  const listing = await listDataset(options, baseDirectory);
  const chosen = listing.images.filter((image) => split === null || image.split === split);
  if (chosen.length === 0) throw new CommandError(nothingToScore(listing.root, split), exitCodes.choice);
  if (dataset !== null) await refuseOwnTestImages(run, chosen);
  // Before minutes of scoring that could not be recorded then.
  const owner = dataset === null ? takeRun(run.folder) : null;
  try {
    return await scoreChosen({ run, split, dataset }, { root: listing.root, chosen }, context);
  } finally {
    if (owner !== null) releaseRun(run.folder, owner);
  }
}

async function scoreChosen(
  { run, split, dataset }: Subject,
  { root, chosen }: { root: string; chosen: readonly ListedImage[] },
  context: CommandContext,
): Promise<Scored> {
  await loadEngine(parseEngineChoice(context.environment.UPSIZE_ENGINE));
  const opened = await openModelFolder(runPaths(run.folder).model);
  const progress = new PhaseProgress(context);
  const abort = new AbortController();
  const stopListening = context.onInterrupt(() => abort.abort(new Error('Left. Nothing was recorded.')));
  try {
    const { known, unknown } = byKnownClass(chosen, opened.metadata.classNames);
    if (known.length === 0) {
      throw new CommandError(
        `${root}: none of its classes is one of the model's (${opened.metadata.classNames.join(', ')}).`,
      );
    }
    const result = await scoreImages({
      opened,
      images: known,
      split: split ?? 'test',
      weightsSha256: run.summary.weightsSha256 ?? '',
      onProgress: (done, total) => progress.update('scoring images', done, total),
      signal: abort.signal,
    });
    progress.end();
    if (dataset === null) recordLook(run, result);
    return { evaluation: result.evaluation, unread: result.unread, unknown };
  } finally {
    progress.end();
    stopListening();
    opened.model.dispose();
  }
}

/** A look at the test images stands in the run's log, whoever looked: who looks often enough tunes to them. */
function recordLook(run: Run, result: Parameters<typeof saveEvaluation>[1]): void {
  const writer = new EventWriter(run.folder);
  try {
    writer.write(saveEvaluation(run.folder, result));
    writer.sync();
  } finally {
    writer.close();
  }
}

function byKnownClass(images: readonly ListedImage[], classNames: readonly string[]) {
  const names = new Set(classNames);
  return {
    known: images.filter(({ label }) => names.has(label)),
    unknown: [...new Set(images.map(({ label }) => label))].filter((label) => !names.has(label)).sort(),
  };
}

function nothingToScore(root: string, split: Evaluation['split'] | null): string {
  if (split === null) return `${root}: there are no images here.`;
  return split === 'test'
    ? `${root}: there are no test images. They lie in a folder test/ beside train/, or have split=test in a CSV file.`
    : `${root}: the data set marks no ${split} images. Leave out --split to score them all.`;
}

function forPrograms({ run, split, dataset }: Subject, evaluation: Evaluation, unread: readonly UnreadImage[]) {
  const { classNames, perClass, images, ...figures } = evaluation;
  return {
    runId: run.id,
    dataset,
    ...figures,
    split,
    testLooks: run.summary.testLooks + (split === 'test' && dataset === null ? 1 : 0),
    classNames,
    classes: classNames.map((name, index) => ({ name, ...perClass[index] })),
    images: images.file.map((file, index) => ({
      file,
      trueClass: classNames[images.trueClass[index] ?? -1],
      predictedClass: classNames[images.predictedClass[index] ?? -1],
      confidence: images.confidence[index],
      loss: images.loss[index],
    })),
    leftOut: unread,
  };
}

function lines({ run, split, dataset }: Subject, evaluation: Evaluation): string[] {
  const [low, high] = evaluation.accuracyInterval;
  const of = dataset ?? (split === 'test' ? 'the test images' : `the ${split ?? ''} images, as the run scored them`);
  const name = split === 'validation' && dataset === null ? 'val_accuracy (used for selection)' : 'accuracy';
  const result = [
    `Run ${run.id} on ${of}: ${countText(evaluation.images.file.length)} images`,
    `${name} ${percent(evaluation.accuracy)} (95 % interval ${percent(low)} to ${percent(high)}), top 3 ${percent(evaluation.top3Accuracy)}, ` +
      `macro F1 ${percent(evaluation.macroF1)}, loss ${lossText(evaluation.loss)}`,
    '',
    ...textTable<number>(
      [
        { head: 'class', cell: (index) => evaluation.classNames[index] ?? '?' },
        { head: 'images', align: 'right', cell: (index) => countText(evaluation.perClass[index]?.support ?? null) },
        { head: 'precision', align: 'right', cell: (index) => percent(evaluation.perClass[index]?.precision ?? null) },
        { head: 'recall', align: 'right', cell: (index) => percent(evaluation.perClass[index]?.recall ?? null) },
        { head: 'F1', align: 'right', cell: (index) => percent(evaluation.perClass[index]?.f1 ?? null) },
      ],
      [...evaluation.classNames.keys()],
    ),
  ];
  if (split === 'test' && dataset === null) {
    result.push('', `The test images have been looked at ${run.summary.testLooks + 1} times with this run.`);
  }
  return result;
}
