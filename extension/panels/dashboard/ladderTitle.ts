import { laddersOf } from '../../../trainer/protocol/ladder.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';

type NameOf = (runId: string) => string | null;

/** A ladder in words: the name that a person gave to it, else its number, as the side panel has it. */
export function ladderName(runs: readonly Run[], ladderId: string, nameOf: NameOf): string {
  const number = laddersOf(runs).find(({ id }) => id === ladderId)?.number;
  return nameOf(ladderId) ?? `ladder ${number ?? ''}`;
}

/** "Fruit, ladder 3": the experiment's name and the ladder's. */
export function ladderTitle(runs: readonly Run[], ladderId: string, nameOf: NameOf): string {
  const overview = runs.find((run) => run.overview.ladderId === ladderId)?.overview;
  if (!overview) return 'Ladder';
  const name = ladderName(runs, ladderId, nameOf);
  return overview.configName === null ? name.replace(/^ladder /, 'Ladder ') : `${overview.configName}, ${name}`;
}
