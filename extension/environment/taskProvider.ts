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

/** `upsize` tasks: a ladder, a stage or a scan in `tasks.json`, with bad images and config errors in the Problems view. */
export function registerTasks(context: UpsizeContext): vscode.Disposable[] {
  const provider: vscode.TaskProvider = {
    provideTasks: () => offeredTasks(context),
    resolveTask: (task) => resolveTask(context, task),
  };
  return [vscode.tasks.registerTaskProvider(taskType, provider)];
}

async function offeredTasks(context: UpsizeContext): Promise<vscode.Task[]> {
  if (!vscode.workspace.isTrusted) return [];
  const offered: [string, Definition][] = [
    ['train next stage', { type: taskType, command: 'train', args: ['--next'] }],
    ['train all stages', { type: taskType, command: 'train', args: ['--all'] }],
    ['scan data set', { type: taskType, command: 'scan', args: [] }],
  ];
  const folders = context.folders.all.filter((folder) => folder.config.file !== null);
  const tasks = folders.map((folder) => offered.map(([name, definition]) => taskOf(context, folder, name, definition)));
  return Promise.all(tasks.flat());
}

async function resolveTask(context: UpsizeContext, task: vscode.Task): Promise<vscode.Task | undefined> {
  const definition = definitionSchema.safeParse(task.definition);
  const { scope } = task;
  const folder =
    typeof scope === 'object'
      ? context.folders.all.find((each) => each.workspaceFolder.uri.toString() === scope.uri.toString())
      : context.folders.all[0];
  if (!definition.success || !folder) return undefined;
  const resolved = await taskOf(context, folder, task.name, definition.data);
  // VS Code asks for the very definition that stands in tasks.json.
  resolved.definition = task.definition;
  return resolved;
}

async function taskOf(
  { trainer }: UpsizeContext,
  folder: UpsizeFolder,
  name: string,
  definition: Definition,
): Promise<vscode.Task> {
  const node = await trainer.node();
  const { command, args, config } = definition;
  const all = [trainer.entry, command, ...args, ...(config === undefined ? [] : ['--config', config])];
  const execution = new vscode.ProcessExecution(node.file, [...all, '--workspace', folder.path], {
    cwd: folder.path,
    env: { ...node.environment },
  });
  const task = new vscode.Task({ ...definition }, folder.workspaceFolder, name, 'upsize', execution, ['$upsize']);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated };
  return task;
}
