import { canBeParent } from '../runs/runUse.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { Declined } from './declined.ts';
import { folderWithConfig } from './folderWithConfig.ts';

/** Where the next stage starts: its folder, and the run that it starts from where one is meant. */
export interface Start {
  folder: UpsizeFolder;
  from: { from?: string };
}

/**
 * Where the next stage starts: from the run that was said; else in the folder that was said; else from the run that is selected
 * in the Runs view. That an unfinished run is selected means something only where the user did it: the program selects what it
 * starts, and after a Stop the trainer asks whether to resume.
 */
export async function startOf(
  context: UpsizeContext,
  said: { runId?: string | undefined; folder?: string | undefined },
): Promise<Start> {
  const { folders, runsView } = context;
  if (said.runId !== undefined) {
    const named = folders.run(said.runId);
    if (!named) throw new Declined(`There is no run ${said.runId} here.`);
    return { folder: named.folder, from: { from: named.run.id } };
  }
  const { selected } = runsView;
  const folder = said.folder === undefined ? undefined : await folderWithConfig(context, said.folder);
  if (selected && canBeParent(selected.run) && (folder === undefined || folder === selected.folder)) {
    const isMeant = selected.run.state === 'completed' || runsView.isSelectedByUser;
    return { folder: selected.folder, from: isMeant ? { from: selected.run.id } : {} };
  }
  return { folder: folder ?? (await folderWithConfig(context, undefined)), from: {} };
}
