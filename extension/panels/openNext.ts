import * as vscode from 'vscode';
import type { UpsizeFolder } from '../upsizeFolder.ts';

/** Goes on from a panel that has nothing to show: to the ladder that the run trains in, or back out of the trash. */
export async function openNext(
  next: 'dashboard' | 'trash',
  { path, trash }: UpsizeFolder,
  runId: string,
): Promise<void> {
  if (next === 'dashboard') {
    await vscode.commands.executeCommand('upsize.openDashboard', { runId });
    return;
  }
  const isTrashed = trash.list().some(({ id }) => id === runId);
  await vscode.commands.executeCommand('upsize.restoreRun', { folder: path, ...(isTrashed ? { runId } : {}) });
}
