import { evaluationSchema, type Evaluation } from '../protocol/runFolder.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { readVersioned } from '../protocol/readVersioned.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { versions } from '../protocol/versions.ts';

/** The runs that a run stands on, the nearest first; one that is gone ends the way. */
export function ancestorsOf(workspace: string, parentId: string | null): Run[] {
  const store = new RunStore(workspace);
  const found: Run[] = [];
  for (let id = parentId; id !== null && found.every((run) => run.id !== id);) {
    const run = store.get(id);
    if (run === null || !('summary' in run)) break;
    found.push(run);
    id = run.manifest.parentId;
  }
  return found;
}

/** What a run recorded of one of its splits, or null where it was never evaluated. */
export function recordedEvaluation(run: Run, split: Evaluation['split']): Evaluation | null {
  const read = readVersioned(runPaths(run.folder).evaluationOf(split), evaluationSchema, versions.evaluation);
  return read.kind === 'ok' ? read.value : null;
}

/**
 * How many of the images were trained on by one of these runs, by content. Known of runs that recorded their training images,
 * which those do that came to their end.
 */
export function countTrainedOn(runs: readonly Run[], contentHashes: readonly string[]): number {
  const trained = new Set(runs.flatMap((run) => recordedEvaluation(run, 'train')?.images.contentHash ?? []));
  return contentHashes.filter((hash) => trained.has(hash)).length;
}
