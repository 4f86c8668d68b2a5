import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { gainText } from '../protocol/gain.ts';
import { laddersOf, type RunNode } from '../protocol/ladder.ts';
import { annotationsSchema } from '../protocol/runFolder.ts';
import { workspacePaths } from '../protocol/runPaths.ts';
import { runRows, type RunRow } from '../protocol/runRow.ts';
import { stateText } from '../protocol/stateText.ts';
import { RunStore } from '../protocol/runStore.ts';
import { say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { durationText, percent } from '../protocol/numberFormats.ts';
import { textTable } from './textTable.ts';

/** `upsize runs`: all runs of the workspace, as a table or as JSON. */
export function defineRuns(command: Command, context: CommandContext): void {
  addCommonOptions(command).action(() => {
    const options = commonOptionsSchema.parse(command.opts());
    const workspace = workspaceOf(options, context);
    const { runs, unreadable } = new RunStore(workspace).list();
    const rows = runRows(runs, readNames(workspace));
    if (options.json) {
      sayJson(context.output, rows);
    } else if (rows.length === 0) {
      say(context.output, 'There are no runs here yet. "upsize train" makes the first.');
    } else {
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const line of ladderLines(
        laddersOf(runs).map(({ roots }) => roots),
        byId,
      ))
        say(context.output, line);
    }
    for (const { id, message } of unreadable) say(context.errorOutput, `Run ${id} is left out: ${message}.`);
  });
}

/** The names that people gave to runs. An annotation that cannot be read costs its name only. */
export function readNames(workspace: string): Map<string, string> {
  const names = new Map<string, string>();
  const { annotations } = workspacePaths(workspace);
  for (const file of filesOf(annotations)) {
    try {
      const { name } = annotationsSchema.parse(JSON.parse(readFileSync(path.join(annotations, file), 'utf8')));
      if (name !== undefined) names.set(path.basename(file, '.json'), name);
    } catch {
      // Half written or of a newer version: the run is listed without its name.
    }
  }
  return names;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

interface Line {
  depth: number;
  row: RunRow;
}

function ladderLines(ladders: readonly RunNode[][], rows: ReadonlyMap<string, RunRow>): string[] {
  const flat = (nodes: readonly RunNode[], depth: number): Line[] =>
    nodes.flatMap(({ run, children }) => {
      const row = rows.get(run.id);
      // A chain is one ladder and stays in its column; only branches are set in.
      return row ? [{ depth, row }, ...flat(children, children.length > 1 ? depth + 1 : depth)] : [];
    });
  return ladders.flatMap((roots, index) => {
    const lines = textTable<Line>(
      [
        { head: 'run', cell: ({ depth, row }) => `${'  '.repeat(depth)}${row.id}` },
        { head: 'size', align: 'right', cell: ({ row }) => `${row.size} px` },
        { head: 'state', cell: ({ row }) => stateText(row.state, row.elsewhere) },
        { head: 'val_accuracy', align: 'right', cell: ({ row }) => percent(row.valAccuracy) },
        { head: 'gain', align: 'right', cell: ({ row }) => gainText(row) },
        { head: 'time', align: 'right', cell: ({ row }) => durationText(row.seconds) },
        { head: 'engine', cell: ({ row }) => row.engine ?? '' },
        { head: 'name', cell: ({ row }) => row.name ?? '' },
      ],
      flat(roots, 0),
    );
    return index === 0 ? lines : ['', ...lines];
  });
}
