import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { explainClass, type ExplainedClass } from '../protocol/explainClass.ts';
import { gainText } from '../protocol/gain.ts';
import { lineageOf } from '../protocol/ladder.ts';
import { countText, durationText, lossText, noNumber, percent } from '../protocol/numberFormats.ts';
import { evaluationSchema, type Evaluation } from '../protocol/runFolder.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { runRows, type RunRow } from '../protocol/runRow.ts';
import { stateText } from '../protocol/stateText.ts';
import { readVersioned } from '../protocol/readVersioned.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { versions } from '../protocol/versions.ts';
import { controlVerdictOf, type ControlVerdict } from '../stages/controlVerdict.ts';
import { writeRunCard } from '../runCard/writeRunCard.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { deviceText } from './deviceText.ts';
import { findRun } from './findRun.ts';
import { readNames } from './runs.ts';
import { textTable } from './textTable.ts';

const optionsSchema = commonOptionsSchema.extend({ card: z.string().optional(), class: z.string().optional() });

/** `upsize show`: one run with its config, epochs and classes; with `--card`, its run card as an HTML file. */
export function defineShow(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('[run]', 'id, its beginning or end; default: the newest run')
    .option('--card <file>', 'write the run card, one HTML file, and print its path')
    .option('--class <name>', 'how well the run knows one class, and what it takes it for')
    .action(async (typed: unknown) => {
      const options = optionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const { id } = findRun(workspace, z.string().default('last').parse(typed));
      const { runs } = new RunStore(workspace).list();
      const byId = new Map(runs.map((run) => [run.id, run]));
      const run = byId.get(id);
      if (!run) return;
      const rows = runRows(runs, readNames(workspace));
      const lineage = lineageOf(run, byId);
      if (options.card !== undefined) {
        const file = path.resolve(context.currentDirectory, options.card);
        const card = await writeRunCard({ workspace, lineage, rows, file });
        if (options.json) sayJson(context.output, { card });
        else say(context.output, card);
        return;
      }
      if (options.class !== undefined) {
        const explained = explainedClass(run, options.class);
        if (options.json) sayJson(context.output, explained);
        else for (const line of classLines(explained)) say(context.output, line);
        return;
      }
      const row = rows.find((one) => one.id === id);
      if (!row) return;
      const evaluation = readEvaluation(run, 'validation');
      const control = controlVerdictOf(run, runs);
      if (options.json) sayJson(context.output, { ...describe(run, row, lineage, evaluation), control });
      else for (const line of lines(run, row, evaluation, control)) say(context.output, line);
    });
}

function readEvaluation(run: Run, split: Evaluation['split']): Evaluation | null {
  const read = readVersioned(runPaths(run.folder).evaluationOf(split), evaluationSchema, versions.evaluation);
  return read.kind === 'ok' ? read.value : null;
}

function explainedClass(run: Run, className: string): ExplainedClass {
  const evaluation = readEvaluation(run, 'validation');
  if (!evaluation) {
    throw new CommandError(`Run ${run.id} has no evaluation yet; a run writes it at the end of its training.`);
  }
  try {
    return explainClass(evaluation, className);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), exitCodes.usage);
  }
}

function classLines(explained: ExplainedClass): string[] {
  const share = (value: number | undefined) => percent(value ?? null);
  const confusions = (found: ExplainedClass['takenFor']) =>
    found.map(({ className, images }) => `${className} (${countText(images)})`).join(', ') || noNumber;
  return [
    `class         ${explained.className}`,
    `images        ${countText(explained.support ?? null)} (validation)`,
    `precision     ${share(explained.precision)}`,
    `recall        ${share(explained.recall)}`,
    `F1            ${share(explained.f1)}`,
    `taken for     ${confusions(explained.takenFor)}`,
    `mistaken for  ${confusions(explained.mistakenForIt)}`,
    ...explained.wrongImages.map(({ file, predicted }) => `  ✗ ${file}: ${predicted}`),
  ];
}

function describe(run: Run, row: RunRow, lineage: readonly Run[], evaluation: Evaluation | null) {
  const { epochs, engine, prepared, model, frozen, evaluated, bestEpoch, warnings } = run.summary;
  return {
    ...row,
    ladder: lineage.map(({ id }) => id),
    config: run.manifest.config,
    engineDescription: engine,
    prepared,
    model,
    frozen,
    bestEpoch,
    epochRecords: epochs,
    evaluated,
    classes: evaluation?.classNames.map((name, index) => ({ name, ...evaluation.perClass[index] })) ?? [],
    warnings,
  };
}

function lines(run: Run, row: RunRow, evaluation: Evaluation | null, control: ControlVerdict | null): string[] {
  const { summary, manifest } = run;
  const { stage, seed } = manifest.config;
  const facts: [string, string][] = [
    ['run', row.name === null ? row.id : `${row.id} (${row.name})`],
    [
      'state',
      row.message === null
        ? stateText(row.state, row.elsewhere)
        : `${stateText(row.state, row.elsewhere)}: ${row.message}`,
    ],
    ['size', `${row.size} px`],
    ['starts from', row.parentId ?? 'nothing: the first stage of its ladder'],
    ['val_accuracy', `${percent(row.valAccuracy)} (used for selection)`],
    ['val_loss', lossText(row.valLoss)],
    ['gain', gainText(row)],
    ['time', `${durationText(row.seconds)}, ${row.epochs} epochs, ${countText(row.imagesPerSecond)} images/s`],
    ['parameters', `${countText(row.trainableParameters)} trainable of ${countText(row.totalParameters)}`],
    [
      'frozen',
      summary.frozen === null
        ? noNumber
        : `${summary.frozen.tensors} tensors, ${summary.frozen.unchanged ? 'unchanged' : 'CHANGED'}`,
    ],
    [
      'engine',
      summary.engine === null
        ? noNumber
        : `${summary.engine.name}, ${summary.engine.mode}${deviceText(summary.engine)}`,
    ],
    [
      'optimizer',
      `${stage.training.optimizer.name}, learning rate ${stage.training.learningRate}, batch ${stage.training.batchSize}`,
    ],
    ['seed', String(seed)],
    ['data', summary.prepared?.fingerprint ?? noNumber],
    ['weights', row.weightsSha256 ?? noNumber],
    ['folder', row.folder],
  ];
  const { control: asked } = manifest.config;
  if (asked)
    facts.push(['control of', `${asked.runId}, for ${durationText(asked.computeBudgetSeconds)} of training steps`]);
  if (control) facts.push(['control', `${control.message} (${control.controlId})`]);
  const test = summary.evaluated.test;
  if (test) facts.splice(5, 0, ['test accuracy', `${percent(test.accuracy)}, looked at ${row.testLooks} times`]);
  const result = facts.map(([name, value]) => `${name.padEnd(14)}${value}`);
  if (summary.warnings.length > 0) result.push('', ...summary.warnings.map((warning) => `! ${warning}`));
  if (evaluation) {
    const share = (value: number | undefined) => percent(value ?? null);
    result.push(
      '',
      ...textTable<number>(
        [
          { head: 'class', cell: (index) => evaluation.classNames[index] ?? '?' },
          { head: 'images', align: 'right', cell: (index) => countText(evaluation.perClass[index]?.support ?? null) },
          { head: 'precision', align: 'right', cell: (index) => share(evaluation.perClass[index]?.precision) },
          { head: 'recall', align: 'right', cell: (index) => share(evaluation.perClass[index]?.recall) },
          { head: 'F1', align: 'right', cell: (index) => share(evaluation.perClass[index]?.f1) },
        ],
        [...evaluation.classNames.keys()],
      ),
    );
  }
  const log = lastLines(runPaths(run.folder).stderr, 5);
  if (run.state === 'failed' && log.length > 0)
    result.push('', 'stderr.log ends with:', ...log.map((line) => `  ${line}`));
  return result;
}

function lastLines(file: string, count: number): string[] {
  try {
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .slice(-count)
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
