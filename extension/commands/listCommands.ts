import * as z from 'zod';
import type { RunGrouping, RunSorting } from '../runs/runTreeModel.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { askText, choose } from './ask.ts';
import { parseArguments } from './commandArguments.ts';

const sortings: Record<RunSorting, string> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  accuracy: 'Best val_accuracy first',
  size: 'Largest size first',
  name: 'By name',
};
const groupings: Record<RunGrouping, string> = {
  ladder: 'By ladder',
  state: 'By state',
  config: 'By config',
  day: 'By day',
  none: 'Not at all',
};

const filterSchema = z.strictObject({ filter: z.string().optional() });
const sortingSchema = z.strictObject({ sorting: z.enum(['newest', 'oldest', 'accuracy', 'size', 'name']).optional() });
const groupingSchema = z.strictObject({
  grouping: z.enum(['ladder', 'state', 'config', 'day', 'none']).optional(),
});

async function chooseKey<K extends string>(title: string, table: Record<K, string>, now: K): Promise<K> {
  const keys = Object.keys(table).filter((key): key is K => Object.hasOwn(table, key));
  return choose(
    title,
    keys.map((key) => ({ label: table[key], ...(key === now ? { description: 'now' } : {}), value: key })),
  );
}

/** Shows only the runs that have the words that were said, or that the user types. */
export async function filterRuns({ runsView }: UpsizeContext, argument: unknown): Promise<void> {
  const said = parseArguments([argument], filterSchema, ['filter']);
  const filter =
    said.filter ??
    (await askText('Show only runs with these words', {
      value: runsView.options.filter,
      prompt: 'Name, tag, note, state, size or id; ★ for starred',
    }));
  runsView.setOptions({ filter: filter.trim() });
}

/** Shows all runs. */
export function clearRunFilter({ runsView }: UpsizeContext): void {
  runsView.setOptions({ filter: '' });
}

/** Unchecks the runs that were to be compared. */
export function uncheckRuns({ runsView }: UpsizeContext): void {
  runsView.setChecked([]);
}

/** Changes the order of the runs. */
export async function sortRuns({ runsView }: UpsizeContext, argument: unknown): Promise<void> {
  const said = parseArguments([argument], sortingSchema, ['sorting']);
  const sorting = said.sorting ?? (await chooseKey('Sort runs', sortings, runsView.options.sorting));
  runsView.setOptions({ sorting });
}

/** Changes by what the runs are grouped. */
export async function groupRuns({ runsView }: UpsizeContext, argument: unknown): Promise<void> {
  const said = parseArguments([argument], groupingSchema, ['grouping']);
  const grouping = said.grouping ?? (await chooseKey('Group runs', groupings, runsView.options.grouping));
  runsView.setOptions({ grouping });
}

/** Looks at all folders now. */
export async function refreshRuns({ folders }: UpsizeContext): Promise<void> {
  await Promise.all(folders.all.map((folder) => folder.refresh()));
}
