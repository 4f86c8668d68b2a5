import type { RunRow } from './runRow.ts';
import type { Run, RunSummary } from './runSummary.ts';

/** A run as `upsize compare --json` prints it, and as the language-model tool has it: its figures, config and evaluations. */
export interface ComparedRun extends RunRow {
  config: Run['manifest']['config'];
  evaluated: RunSummary['evaluated'];
}

/** Joins a run and its row for a comparison. */
export function comparedRun(run: Run, row: RunRow): ComparedRun {
  return { ...row, config: run.manifest.config, evaluated: run.summary.evaluated };
}
