import type { Command } from 'commander';
import * as z from 'zod';
import { comparedRun, type ComparedRun } from '../protocol/comparedRun.ts';
import { gainText } from '../protocol/gain.ts';
import { countText, durationText, lossText, percent } from '../protocol/numberFormats.ts';
import { runRows } from '../protocol/runRow.ts';
import { RunStore } from '../protocol/runStore.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { findRun } from './findRun.ts';
import { readNames } from './runs.ts';
import { textTable } from './textTable.ts';

/** `upsize compare`: the figures of two or more runs beside each other; with `--json` their configs and evaluations too. */
export function defineCompare(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('<runs...>', 'ids of two or more runs, their beginnings or ends')
    .action((typed: unknown) => {
      const options = commonOptionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const ids = z
        .array(z.string())
        .parse(typed)
        .map((each) => findRun(workspace, each).id);
      if (new Set(ids).size < 2) {
        throw new CommandError('A comparison needs two or more runs. "upsize runs" lists them.', exitCodes.usage);
      }
      const { runs } = new RunStore(workspace).list();
      const rows = new Map(runRows(runs, readNames(workspace)).map((row) => [row.id, row]));
      const compared = ids.flatMap((id) => {
        const run = runs.find((one) => one.id === id);
        const row = rows.get(id);
        return run && row ? [comparedRun(run, row)] : [];
      });
      if (options.json) sayJson(context.output, compared);
      else for (const line of comparisonLines(compared)) say(context.output, line);
    });
}

interface Figure {
  head: string;
  cell: (run: ComparedRun) => string;
}

const figures: Figure[] = [
  { head: 'name', cell: ({ name }) => name ?? '' },
  { head: 'size', cell: ({ size }) => `${size} px` },
  { head: 'state', cell: ({ state }) => state },
  { head: 'val_accuracy', cell: ({ valAccuracy }) => percent(valAccuracy) },
  { head: 'gain', cell: gainText },
  { head: 'val_loss', cell: ({ valLoss }) => lossText(valLoss) },
  { head: 'macro F1', cell: ({ evaluated }) => percent(evaluated.validation?.macroF1 ?? null) },
  { head: 'epochs', cell: ({ epochs }) => countText(epochs) },
  { head: 'time', cell: ({ seconds }) => durationText(seconds) },
  { head: 'trainable', cell: ({ trainableParameters }) => countText(trainableParameters) },
  { head: 'seed', cell: ({ config }) => String(config.seed) },
];

/** One line a figure, one column a run. */
function comparisonLines(compared: readonly ComparedRun[]): string[] {
  return textTable<Figure>(
    [
      { head: '', cell: ({ head }) => head },
      ...compared.map((run) => ({ head: run.id, align: 'right' as const, cell: ({ cell }: Figure) => cell(run) })),
    ],
    figures,
  );
}
