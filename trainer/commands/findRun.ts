import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { CommandError, exitCodes } from './commandContext.ts';

/**
 * The run that a user means: its id, the beginning or end of one, or `last` for the newest. Throws where none or several
 * are meant.
 */
export function findRun(workspace: string, typed: string): Run {
  const { runs, unreadable } = new RunStore(workspace).list();
  const broken = unreadable.find(({ id }) => id === typed);
  if (broken) throw new CommandError(`Run ${typed} cannot be read: ${broken.message}.`);
  const newest = runs.at(-1);
  if (typed === 'last' && newest) return newest;
  const exact = runs.find(({ id }) => id === typed);
  if (exact) return exact;
  const near = typed.length < 3 ? [] : runs.filter(({ id }) => id.startsWith(typed) || id.endsWith(typed));
  const [only] = near;
  if (only && near.length === 1) return only;
  if (near.length > 1) {
    const ids = near.map(({ id }) => id).join(', ');
    throw new CommandError(`"${typed}" could mean several runs: ${ids}.`, exitCodes.usage);
  }
  throw new CommandError(
    runs.length === 0
      ? `${workspace}: there are no runs here yet. "upsize train" makes one; --workspace names another folder.`
      : `There is no run "${typed}" here. "upsize runs" lists them.`,
    exitCodes.usage,
  );
}
