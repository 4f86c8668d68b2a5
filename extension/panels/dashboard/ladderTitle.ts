import type { Run } from '../../../trainer/protocol/runSummary.ts';

/** "Fruit, ladder 3": the experiment's name and the ladder's place among those of the folder, oldest first. */
export function ladderTitle(runs: readonly Run[], ladderId: string): string {
  const ids = [...new Set(runs.map((run) => run.manifest.ladderId))];
  const config = runs.find((run) => run.manifest.ladderId === ladderId)?.manifest.config;
  if (!config) return 'Ladder';
  const place = `ladder ${ids.indexOf(ladderId) + 1}`;
  return config.name === null ? place.replace('l', 'L') : `${config.name}, ${place}`;
}
