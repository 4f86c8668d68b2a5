import * as vscode from 'vscode';
import type { UpsizeContext } from '../upsizeContext.ts';

/**
 * `upsize` tasks: a ladder, a stage or a scan in `tasks.json`, with bad images and config errors in the Problems view. Their code
 * is loaded when tasks are asked for.
 */
export function registerTasks(context: UpsizeContext): vscode.Disposable[] {
  const tasks = () => import('./taskProvider.ts');
  const provider: vscode.TaskProvider = {
    provideTasks: async () => (await tasks()).offeredTasks(context),
    resolveTask: async (task) => (await tasks()).resolveTask(context, task),
  };
  return [vscode.tasks.registerTaskProvider('upsize', provider)];
}
