import type * as vscode from 'vscode';
import type { RunGrouping, RunSorting } from '../runs/runTreeModel.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { askText, choose } from './ask.ts';
import { registerCommand } from './registerCommand.ts';

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

function isKeyOf<K extends string>(table: Record<K, unknown>, key: unknown): key is K {
  return typeof key === 'string' && Object.hasOwn(table, key);
}

async function chooseKey<K extends string>(title: string, table: Record<K, string>, now: K): Promise<K> {
  const keys = Object.keys(table).filter((key): key is K => isKeyOf(table, key));
  return choose(
    title,
    keys.map((key) => ({ label: table[key], ...(key === now ? { description: 'now' } : {}), value: key })),
  );
}

/** Filter, sorting and grouping of the Runs view. */
export function registerListCommands({ log, runsView, folders }: UpsizeContext): vscode.Disposable[] {
  return [
    registerCommand(log, 'filterRuns', async (argument) => {
      const filter =
        typeof argument === 'string'
          ? argument
          : await askText('Show only runs with these words', {
              value: runsView.options.filter,
              prompt: 'Name, tag, note, state, size or id; ★ for starred',
            });
      runsView.setOptions({ filter: filter.trim() });
    }),
    registerCommand(log, 'clearRunFilter', () => runsView.setOptions({ filter: '' })),
    registerCommand(log, 'sortRuns', async (argument) => {
      const { sorting } = runsView.options;
      const chosen = isKeyOf(sortings, argument) ? argument : await chooseKey('Sort runs', sortings, sorting);
      runsView.setOptions({ sorting: chosen });
    }),
    registerCommand(log, 'groupRuns', async (argument) => {
      const { grouping } = runsView.options;
      const chosen = isKeyOf(groupings, argument) ? argument : await chooseKey('Group runs', groupings, grouping);
      runsView.setOptions({ grouping: chosen });
    }),
    registerCommand(log, 'refreshRuns', () => Promise.all(folders.all.map((folder) => folder.refresh()))),
  ];
}
