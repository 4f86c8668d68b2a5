import type { Run } from './runSummary.ts';

/** A run in its tree. */
export interface RunNode {
  run: Run;
  children: RunNode[];
}

/** A root run and all its descendants. */
export interface Ladder {
  id: string;
  /** Its place among the ladders of the folder, from 1, oldest first: what people call it by. */
  number: number;
  roots: RunNode[];
  /** Oldest first. */
  runs: Run[];
}

/**
 * Groups runs, which come oldest first, into ladders, newest ladder first. A run whose parent is gone stands as a root of its own within its ladder:
 * nothing is hidden.
 */
export function laddersOf(runs: readonly Run[]): Ladder[] {
  const ladders = new Map<string, Ladder>();
  const nodes = new Map(runs.map((run): [string, RunNode] => [run.id, { run, children: [] }]));
  for (const run of runs) {
    const { ladderId, parentId } = run.overview;
    let ladder = ladders.get(ladderId);
    if (!ladder) {
      ladder = { id: ladderId, number: ladders.size + 1, roots: [], runs: [] };
      ladders.set(ladderId, ladder);
    }
    ladder.runs.push(run);
    const node = nodes.get(run.id);
    const parent = parentId === null ? undefined : nodes.get(parentId);
    if (node) (parent?.children ?? ladder.roots).push(node);
  }
  const newest = (ladder: Ladder) => ladder.runs.reduce((most, run) => Math.max(most, run.overview.created), 0);
  const dated = [...ladders.values()].map((ladder) => ({ ladder, time: newest(ladder) }));
  return dated.sort((a, b) => b.time - a.time).map(({ ladder }) => ladder);
}

/** The newest ladder of a config. Controls are none of its stages: what is held against a ladder is not the next one. */
export function currentLadder(runs: readonly Run[], configFile: string | null): Ladder | undefined {
  const own = runs.filter(({ overview }) => overview.configFile === configFile && overview.controlOf === null);
  return laddersOf(own)[0];
}

/** All sizes of a ladder, trained or planned, ascending: a run's place among them is its rung and colour in every view. */
export function ladderSizes(runs: readonly Run[]): number[] {
  const sizes = runs.flatMap(({ overview: { size, laterSizes } }) => [size, ...laterSizes]);
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** Why a run must not be removed now, as a sentence: another one waits to start from its weights. Null where none does. */
export function neededBy(runs: readonly Run[], id: string): string | null {
  const child = runs.find(
    ({ overview, state }) => overview.parentId === id && (state === 'queued' || state === 'preparing'),
  );
  if (!child) return null;
  return `Run ${child.id} is ${child.state} and will start from run ${id}. Wait until it trains, or stop it; then ${id} can be removed.`;
}

/** From the root to the run itself; a gone ancestor ends the way. */
export function lineageOf(run: Run, byId: ReadonlyMap<string, Run>): Run[] {
  const lineage = [run];
  let { parentId } = run.overview;
  while (parentId !== null) {
    const parent = byId.get(parentId);
    if (!parent || lineage.includes(parent)) break;
    lineage.unshift(parent);
    parentId = parent.overview.parentId;
  }
  return lineage;
}
