import type { Annotations } from '../../trainer/protocol/runFolder.ts';
import { isLive } from '../../trainer/protocol/runState.ts';
import { laddersOf, type Ladder, type RunNode } from '../../trainer/protocol/ladder.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import type { UnreadableRun } from '../../trainer/protocol/runStore.ts';

export type RunSorting = 'newest' | 'oldest' | 'accuracy' | 'size' | 'name';
export type RunGrouping = 'ladder' | 'state' | 'config' | 'day' | 'none';

/** What the Runs view shows of all there is. */
export interface RunListOptions {
  /** Words that must all be found in a run's name, tags, note, state, size or id; `★` stands for starred. Empty shows all. */
  filter: string;
  sorting: RunSorting;
  grouping: RunGrouping;
}

export const defaultRunList: RunListOptions = { filter: '', sorting: 'newest', grouping: 'ladder' };

/** A ladder with what its line says. */
export interface LadderNode {
  kind: 'ladder';
  key: string;
  ladder: Ladder;
  /** The name that was given to it; else its place, or what it is the control of. */
  name: string;
  best: number | null;
  children: TreeNode[];
}

/** What the tree is made of, before any of VS Code's types. */
export type TreeNode =
  | { kind: 'folder'; key: string; folder: string; children: TreeNode[] }
  | LadderNode
  | { kind: 'group'; key: string; title: string; children: TreeNode[] }
  | { kind: 'run'; key: string; run: Run; children: TreeNode[] }
  | { kind: 'unreadable'; key: string; run: UnreadableRun };

export interface RunTreeInput {
  runs: readonly Run[];
  unreadable: readonly UnreadableRun[];
  annotations: ReadonlyMap<string, Annotations>;
  options: RunListOptions;
}

/** The tree of one workspace folder's runs. Nothing is hidden but by the filter. */
export function runTree(input: RunTreeInput): TreeNode[] {
  const { runs, unreadable, annotations, options } = input;
  const shown = runs.filter((run) => matches(run, annotations.get(run.id), options.filter));
  const nodes =
    options.grouping === 'ladder' ? ladderNodes(runs, shown, input) : groupNodes(shown, options.grouping, input);
  const damaged = unreadable.map((run): TreeNode => ({ kind: 'unreadable', key: `unreadable:${run.id}`, run }));
  return [...nodes, ...damaged];
}

/** Whether a run has all the words of a filter. */
export function matches(run: Run, annotations: Annotations | undefined, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { size, configName, configFile } = run.overview;
  const text = [
    run.id,
    run.state,
    String(size),
    configName ?? '',
    configFile ?? '',
    annotations?.name ?? '',
    ...(annotations?.tags ?? []),
    annotations?.note ?? '',
    annotations?.starred ? '★ starred' : '',
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

function compareRuns(sorting: RunSorting, annotations: ReadonlyMap<string, Annotations>) {
  const byTime = (a: Run, b: Run) => b.overview.created - a.overview.created || (a.id < b.id ? 1 : -1);
  const accuracy = (run: Run) => run.overview.valAccuracy ?? -1;
  const nameOf = (run: Run) => annotations.get(run.id)?.name ?? run.id;
  return (a: Run, b: Run): number => {
    switch (sorting) {
      case 'newest':
        return byTime(a, b);
      case 'oldest':
        return -byTime(a, b);
      case 'accuracy':
        return accuracy(b) - accuracy(a) || byTime(a, b);
      case 'size':
        return b.overview.size - a.overview.size || byTime(a, b);
      case 'name':
        return nameOf(a).localeCompare(nameOf(b)) || byTime(a, b);
    }
  };
}

function ladderNodes(all: readonly Run[], shown: readonly Run[], input: RunTreeInput): TreeNode[] {
  const compare = compareRuns(input.options.sorting, input.annotations);
  const wanted = new Set(shown.map((run) => run.id));
  const ladders = laddersOf(all);
  const plainName = ({ id, number }: Ladder) => input.annotations.get(id)?.name ?? `ladder ${number}`;
  const nameOf = (ladder: Ladder): string => {
    const controlOf = ladder.runs[0]?.overview.controlOf ?? null;
    if (controlOf === null || input.annotations.get(ladder.id)?.name !== undefined) return plainName(ladder);
    const against = ladders.find(({ runs }) => runs.some(({ id }) => id === controlOf));
    return `control of ${against ? plainName(against) : controlOf}`;
  };
  const nodes = ladders.flatMap((ladder): LadderNode[] => {
    const children = nodesOf(ladder.roots, wanted, compare);
    if (children.length === 0) return [];
    const accuracies = ladder.runs.map((run) => run.overview.valAccuracy).filter((value) => value !== null);
    const best = accuracies.length > 0 ? Math.max(...accuracies) : null;
    const name = nameOf(ladder);
    return [{ kind: 'ladder', key: `ladder:${ladder.id}`, ladder, name, best, children }];
  });
  // Once a ladder, not once a comparison.
  const sorted = nodes.map((node) => ({ node, first: firstBy(node.ladder.runs, compare) }));
  return sorted.sort((a, b) => compare(a.first, b.first)).map(({ node }) => node);
}

function firstBy(runs: readonly Run[], compare: (a: Run, b: Run) => number): Run {
  const [first, ...rest] = runs;
  if (!first) throw new Error('A ladder has at least one run.');
  return rest.reduce((best, run) => (compare(run, best) < 0 ? run : best), first);
}

/**
 * The stages of a ladder, each later one first, as a flat list while nothing branches: a tree of depth one for each stage
 * would hide what belongs together. Only a branch (two runs from one parent) opens a level.
 */
function nodesOf(
  nodes: readonly RunNode[],
  wanted: ReadonlySet<string>,
  compare: (a: Run, b: Run) => number,
): TreeNode[] {
  const shown = (node: RunNode): TreeNode[] => {
    const below = [...node.children].sort((a, b) => compare(a.run, b.run));
    const self = wanted.has(node.run.id);
    const [only] = below;
    if (below.length === 1 && only) {
      const rest = shown(only);
      return self ? [...rest, { kind: 'run', key: node.run.id, run: node.run, children: [] }] : rest;
    }
    const children = below.flatMap(shown);
    return self ? [{ kind: 'run', key: node.run.id, run: node.run, children }] : children;
  };
  return [...nodes].sort((a, b) => compare(a.run, b.run)).flatMap(shown);
}

function groupNodes(shown: readonly Run[], grouping: Exclude<RunGrouping, 'ladder'>, input: RunTreeInput): TreeNode[] {
  const sorted = [...shown].sort(compareRuns(input.options.sorting, input.annotations));
  const nodeOf = (run: Run): TreeNode => ({ kind: 'run', key: run.id, run, children: [] });
  if (grouping === 'none') return sorted.map(nodeOf);
  const groups = new Map<string, Run[]>();
  for (const run of sorted) {
    const title = groupTitle(run, grouping);
    const group = groups.get(title);
    if (group) group.push(run);
    else groups.set(title, [run]);
  }
  return [...groups].map(([title, runs]) => ({
    kind: 'group',
    key: `group:${grouping}:${title}`,
    title,
    children: runs.map(nodeOf),
  }));
}

function groupTitle(run: Run, grouping: 'state' | 'config' | 'day'): string {
  switch (grouping) {
    case 'state':
      return isLive(run.state) ? 'running' : run.state;
    case 'config':
      return run.overview.configName ?? run.overview.configFile ?? 'no config file';
    case 'day':
      return new Date(run.overview.created).toLocaleDateString(undefined, { dateStyle: 'medium' });
  }
}
