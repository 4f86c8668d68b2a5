import { isLive } from '../../trainer/protocol/runState.ts';
import { laddersOf, type Ladder } from '../../trainer/protocol/ladder.ts';
import { canResume, type Run } from '../../trainer/protocol/runSummary.ts';
import { canBeParent, isEvaluated } from './runUse.ts';

/** What is known of a workspace folder where commands are enabled. */
export interface KeyedFolder {
  runs: readonly Run[];
  hasConfig: boolean;
  hasTrash: boolean;
}

/** The context keys by which commands are enabled only when they can work, and the empty states of views are chosen. */
export function runKeys(folders: readonly KeyedFolder[]): Record<`upsize.${string}`, boolean> {
  const runs = folders.flatMap((folder) => folder.runs);
  return {
    'upsize.hasConfig': folders.some(({ hasConfig }) => hasConfig),
    'upsize.hasTrash': folders.some(({ hasTrash }) => hasTrash),
    'upsize.hasRuns': runs.length > 0,
    // Two of one folder: a comparison does not reach over folders.
    'upsize.hasTwoRuns': folders.some((folder) => folder.runs.length > 1),
    'upsize.hasLiveRun': runs.some(({ state }) => isLive(state)),
    'upsize.hasEndedRun': runs.some(({ state }) => !isLive(state)),
    'upsize.hasCompletedRun': runs.some(({ state }) => state === 'completed'),
    'upsize.hasEvaluatedRun': runs.some(isEvaluated),
    'upsize.hasBaseRun': runs.some(canBeParent),
    'upsize.hasResumableRun': runs.some(canResume),
    // A finished ladder: what the walkthrough leads to.
    'upsize.hasThreeStages': folders.some((folder) => laddersOf(folder.runs).some(hasThreeSizes)),
  };
}

function hasThreeSizes({ runs }: Ladder): boolean {
  const completed = runs.filter(({ state }) => state === 'completed');
  return new Set(completed.map(({ overview }) => overview.size)).size >= 3;
}
