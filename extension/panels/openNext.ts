import * as vscode from 'vscode';
import type { UpsizeFolder } from '../upsizeFolder.ts';

/** Goes on from a panel that has nothing to show: to the ladder that the run trains in, or back out of the trash. */
export async function openNext(next: 'dashboard' | 'trash', folder: UpsizeFolder, runId: string): Promise<void> {
  if (next === 'dashboard') await vscode.commands.executeCommand('upsize.openDashboard', { runId });
  else await restoreDeleted(folder, [runId]);
}

/** Restores the one of these runs that lies in the trash; asks which, of all that lie there, where that is not one. */
export async function restoreDeleted({ path, trash }: UpsizeFolder, runIds: readonly string[]): Promise<void> {
  const [runId, ...others] = trash.list().flatMap(({ id }) => (runIds.includes(id) ? [id] : []));
  const only = runId !== undefined && others.length === 0 ? { runId } : {};
  await vscode.commands.executeCommand('upsize.restoreRun', { folder: path, ...only });
}
