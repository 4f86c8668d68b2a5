import * as vscode from 'vscode';
import { runKeys } from './runs/runKeys.ts';
import type { UpsizeFolders } from './upsizeFolders.ts';

/** Keeps the context keys that enable commands and choose the empty states of views. */
export function registerContextKeys(folders: UpsizeFolders): vscode.Disposable {
  const set = new Map<string, boolean>();
  let isReady = false;
  const update = () => {
    const keyed = folders.all.map(({ runs, config, trash }) => {
      return { runs, hasConfig: config.file !== null, hasTrash: !trash.isEmpty };
    });
    const keys = { 'upsize.ready': isReady, ...runKeys(keyed) };
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
  return folders.onDidChange(update);
}
