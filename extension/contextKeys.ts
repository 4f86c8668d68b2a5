import * as vscode from 'vscode';
import { isLive } from '../trainer/protocol/events.ts';
import type { UpsizeFolders } from './upsizeFolders.ts';

/** Keeps the context keys that enable commands and choose the empty states of views. */
export function registerContextKeys(folders: UpsizeFolders): vscode.Disposable {
  const set = new Map<string, boolean>();
  let isReady = false;
  const update = () => {
    const { all } = folders;
    const runs = all.flatMap((folder) => folder.runs);
    const keys = {
      'upsize.ready': isReady,
      'upsize.hasConfig': all.some((folder) => folder.config.file !== null),
      'upsize.hasRuns': runs.length > 0,
      // A finished stage that grew from another: what the walkthrough leads to.
      'upsize.hasLadder': runs.some((run) => run.state === 'completed' && run.manifest.parentId !== null),
      'upsize.hasLiveRun': runs.some((run) => isLive(run.state)),
    };
    for (const [key, value] of Object.entries(keys)) {
      if (set.get(key) === value) continue;
      set.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  };
  void folders.ready.then(() => {
    isReady = true;
    update();
  });
  update();
  return folders.onDidChange(update);
}
