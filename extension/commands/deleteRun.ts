import * as z from 'zod';
import { neededBy } from '../../trainer/protocol/ladder.ts';
import { isLive } from '../../trainer/protocol/runState.ts';
import { inFolder } from '../folderName.ts';
import { plural, shortTime } from '../numbers.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { choose, chooseFolder, chooseRun } from './ask.ts';
import { parseArguments, runArguments, viewItemIn } from './commandArguments.ts';
import { Declined } from './declined.ts';
import { offerUndo } from './offerUndo.ts';

const runSchema = z.strictObject(runArguments);

/** Moves a run to Upsize's own trash, and offers to take it back. Its children stay whole: they hold all of their weights. */
export async function deleteRun(context: UpsizeContext, argument: unknown): Promise<{ runId: string }> {
  const { runId } = parseArguments([argument], runSchema, ['runId']);
  const { folder, run } = await chooseRun(context, runId, {
    title: 'Delete which run?',
    fits: ({ state }) => !isLive(state),
    none: 'A run at work cannot be deleted; stop it first.',
  });
  const needed = neededBy(folder.runs, run.id);
  if (needed !== null) throw new Declined(needed);
  await folder.trash.delete(run.id);
  await folder.trash.empty();
  await folder.refresh();
  const children = folder.runs.filter((other) => other.overview.parentId === run.id).length;
  const kept =
    children === 0 ? '' : ` ${plural(children, 'stage')} trained from it ${children === 1 ? 'stays' : 'stay'} whole.`;
  const done = `Run ${run.id}${inFolder(context.folders, folder)} was deleted.${kept} It can be restored for 30 days.`;
  void offerUndo(context.log, done, () => restoreRun(context, { folder: folder.path, runId: run.id }));
  return { runId: run.id };
}

/** Brings a deleted run back: the one that was said, else one that the user chooses. */
export async function restoreRun(context: UpsizeContext, argument: unknown): Promise<{ runId: string }> {
  // The menu of the view hands over what has the focus there, which is no deleted run.
  const item = viewItemIn(argument);
  const said = parseArguments([item ? { folder: item.folder } : argument], runSchema, ['runId']);
  const { all } = context.folders;
  const withRun = all.find((each) => each.trash.list().some(({ id }) => id === said.runId));
  const folder = (said.folder === undefined ? withRun : undefined) ?? (await chooseFolder(context, said.folder));
  const trashed = folder.trash.list();
  if (trashed.length === 0) throw new Declined('No deleted run can be restored here.');
  if (said.runId !== undefined && !trashed.some(({ id }) => id === said.runId)) {
    throw new Declined(`No run ${said.runId} is among the deleted ones of ${folder.workspaceFolder.name}.`);
  }
  const runId =
    said.runId ??
    (await choose(
      'Restore which run?',
      trashed.map(({ id, deletedAt }) => ({
        label: folder.annotations.of(id).name ?? id,
        description: `deleted ${shortTime(deletedAt, Date.now())}`,
        value: id,
      })),
    ));
  folder.trash.restore(runId);
  await folder.refresh();
  void context.runsView.reveal(runId);
  return { runId };
}
