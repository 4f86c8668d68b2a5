import type { Run } from '../../trainer/protocol/runSummary.ts';

/** A run as it would be with these changes. */
export function runLike(run: Run, changes: Partial<Run>): Run {
  return { ...run, manifest: run.manifest, summary: run.summary, ...changes };
}
