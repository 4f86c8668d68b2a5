import path from 'node:path';
import type { RunRow } from '../protocol/runRow.ts';
import type { Run } from '../protocol/runSummary.ts';
import { describeFailure } from '../stages/describeFailure.ts';
import { say, sayJson, type CommandContext } from './commandContext.ts';
import { ladderTable } from './ladderTable.ts';

/** What a ladder ended with, and where to say so. */
export interface LadderReport {
  workspace: string;
  /** From the root to the run in question. */
  lineage: readonly Run[];
  rows: readonly RunRow[];
  /** The state of the last run, or `left` where the user left it alone. */
  outcome: string;
  /** Where the card goes, as it was typed; absent: `.upsize/cards/`. */
  cardFile: string | undefined;
  json: boolean;
  context: CommandContext;
}

/** Prints the table of a ladder and writes its run card. A card that cannot be written is said, and costs nothing else. */
export async function reportLadder(report: LadderReport): Promise<void> {
  const { workspace, lineage, rows, outcome, cardFile, json, context } = report;
  let card: string | null = null;
  if (rows.some((row) => row.valAccuracy !== null)) {
    try {
      const { writeRunCard } = await import('../runCard/writeRunCard.ts');
      const file = cardFile === undefined ? null : path.resolve(context.currentDirectory, cardFile);
      card = await writeRunCard({ workspace, lineage, rows, file });
    } catch (error) {
      say(context.errorOutput, `The run card could not be written: ${describeFailure(error)}`);
    }
  }
  if (json) {
    sayJson(context.output, { outcome, runs: rows, card });
    return;
  }
  say(context.output);
  for (const line of ladderTable(rows)) say(context.output, line);
  if (card !== null) say(context.output, `\nRun card: ${path.relative(context.currentDirectory, card) || card}`);
}
