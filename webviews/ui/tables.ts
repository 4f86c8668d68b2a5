import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import * as z from 'zod';

/** Names of the charts that a reader wants to see as tables, as a panel keeps them for a reload. */
export const tablesSchema = z.array(z.string());

interface Tables {
  names: readonly string[];
  set: (name: string, asTable: boolean) => void;
}

/** Held by the panel, since a chart lies deep in it and may come and go. */
export const TablesContext = createContext<Tables>({ names: [], set: () => undefined });

/** Whether the chart of a name is shown as a table, and what changes that. It comes back after a reload. */
export function useAsTable(name: string): [asTable: boolean, toggle: () => void] {
  const { names, set } = useContext(TablesContext);
  const asTable = names.includes(name);
  return [asTable, () => set(name, !asTable)];
}
