import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';

const taskType = 'upsize';

const definitionSchema = z.object({
  type: z.literal(taskType),
  command: z.enum(['train', 'resume', 'scan', 'evaluate']),
  args: z.array(z.string()).default([]),
  config: z.string().optional(),
});
type Definition = z.infer<typeof definitionSchema>;

/** What can be run in each folder that has a config. */
export async function offeredTasks(context: UpsizeContext): Promise<vscode.Task[]> {
  if (!vscode.workspace.isTrusted) return [];
  await context.folders.ready;
  const offered: [string, Definition][] = [
    ['train next stage', { type: taskType, command: 'train', args: ['--next'] }],
    ['train all stages', { type: taskType, command: 'train', args: ['--all'] }],
    ['scan data set', { type: taskType, command: 'scan', args: [] }],
  ];
  const folders = context.folders.all.filter((folder) => folder.config.file !== null);
  const tasks = folders.map((folder) => offered.map(([name, definition]) => taskOf(context, folder, name, definition)));
  return Promise.all(tasks.flat());
}

/** A task of tasks.json, ready to run; undefined where it is none of Upsize's, or may be of several folders. */
export async function resolveTask(context: UpsizeContext, task: vscode.Task): Promise<vscode.Task | undefined> {
  const definition = definitionSchema.safeParse(task.definition);
  if (!definition.success) return undefined;
  await context.folders.ready;
  const folder = folderOf(context.folders.all, task.scope, definition.data.config);
  if (!folder) {
    const names = context.folders.all.map(({ workspaceFolder }) => workspaceFolder.name).join(', ');
    void vscode.window.showWarningMessage(
      `The task "${task.name}" could be of any of the open folders: ${names}. Write it into the tasks.json of one of them, or let its "config" be the absolute path of a config in one of them.`,
    );
    return undefined;
  }
  const resolved = await taskOf(context, folder, task.name, definition.data);
  // VS Code asks for the very definition that stands in tasks.json.
  resolved.definition = task.definition;
  return resolved;
}

/** The folder that a task is of: that of its tasks.json, the only one, else the one that its config lies in; undefined where it may be several. */
function folderOf(
  folders: readonly UpsizeFolder[],
  scope: vscode.Task['scope'],
  config: string | undefined,
): UpsizeFolder | undefined {
  if (typeof scope === 'object') {
    return folders.find(({ workspaceFolder }) => workspaceFolder.uri.toString() === scope.uri.toString());
  }
  if (folders.length < 2 || config === undefined) return folders.length === 1 ? folders[0] : undefined;
  const having = folders.filter((folder) => {
    const file = path.resolve(folder.path, config);
    return file.startsWith(folder.path + path.sep) && existsSync(file);
  });
  return having.length === 1 ? having[0] : undefined;
}

async function taskOf(
  { trainer }: UpsizeContext,
  folder: UpsizeFolder,
  name: string,
  definition: Definition,
): Promise<vscode.Task> {
  const node = await trainer.node();
  const { command, args, config } = definition;
  // What the problem matcher reads, instead of the table for people.
  const forProblems = command === 'scan' && !args.includes('--json') ? ['--problems'] : [];
  const all = [trainer.entry, command, ...forProblems, ...args, ...(config === undefined ? [] : ['--config', config])];
  const execution = new vscode.ProcessExecution(node.file, [...all, '--workspace', folder.path], {
    cwd: folder.path,
    env: { ...trainer.engineEnvironment, ...node.environment },
  });
  const task = new vscode.Task({ ...definition }, folder.workspaceFolder, name, 'upsize', execution, ['$upsize']);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated };
  return task;
}
