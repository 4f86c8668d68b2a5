import * as vscode from 'vscode';
import * as z from 'zod';
import { commandLike } from '../trainer/commandLike.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { FolderRun } from '../upsizeFolders.ts';
import { askText, chooseRun } from './ask.ts';
import { parseArguments, runArguments } from './commandArguments.ts';

const anyRun = { title: 'Which run?', fits: () => true, none: 'There is no run yet.' };
const runSchema = z.strictObject(runArguments);
const text = z.string().optional();
const renameSchema = runSchema.extend({ name: text });
const starSchema = runSchema.extend({ starred: z.boolean().optional() });
const tagSchema = runSchema.extend({ tags: z.union([z.string(), z.array(z.string())]).optional() });
const noteSchema = runSchema.extend({ note: text });

/** The run that a command is about, with one more thing that its caller may say: the second argument, or the schema's own field. */
async function chosenRun<T extends { runId?: string | undefined }>(
  context: UpsizeContext,
  args: readonly unknown[],
  schema: z.ZodType<T>,
  ...field: string[]
): Promise<FolderRun & { said: T }> {
  const said = parseArguments(args, schema, ['runId', ...field]);
  return { ...(await chooseRun(context, said.runId, anyRun)), said };
}

/** Gives a run a name, or takes it away. */
export async function renameRun(context: UpsizeContext, ...args: unknown[]): Promise<void> {
  const { folder, run, said } = await chosenRun(context, args, renameSchema, 'name');
  const { name: before = '' } = folder.annotations.of(run.id);
  const name =
    said.name ??
    (await askText('Name of the run', {
      value: before,
      prompt: 'Empty takes the name away',
      problem: (typed) => (typed.length > 200 ? 'At most 200 characters' : undefined),
    }));
  folder.annotations.change(run.id, { name: name.trim() });
  await folder.refresh();
}

/** Stars a run, or takes the star away; returns whether it has one now. */
export async function starRun(context: UpsizeContext, ...args: unknown[]): Promise<boolean> {
  const { folder, run, said } = await chosenRun(context, args, starSchema, 'starred');
  const starred = said.starred ?? !folder.annotations.of(run.id).starred;
  folder.annotations.change(run.id, { starred });
  await folder.refresh();
  return starred;
}

/** Replaces the tags of a run. */
export async function tagRun(context: UpsizeContext, ...args: unknown[]): Promise<void> {
  const { folder, run, said } = await chosenRun(context, args, tagSchema, 'tags');
  const before = folder.annotations.of(run.id).tags.join(', ');
  const wanted = said.tags ?? (await askText('Tags', { value: before, prompt: 'Separated by commas' }));
  const words = (Array.isArray(wanted) ? wanted : wanted.split(',')).map((tag) => tag.trim());
  folder.annotations.change(run.id, { tags: [...new Set(words.filter((tag) => tag !== ''))] });
  await folder.refresh();
}

/** Replaces the note of a run. */
export async function noteRun(context: UpsizeContext, ...args: unknown[]): Promise<void> {
  const { folder, run, said } = await chosenRun(context, args, noteSchema, 'note');
  const before = folder.annotations.of(run.id).note;
  folder.annotations.change(run.id, { note: said.note ?? (await askText('Note', { value: before })) });
  await folder.refresh();
}

/** Copies a run's id. */
export async function copyRunId(context: UpsizeContext, ...args: unknown[]): Promise<string> {
  const { run } = await chosenRun(context, args, runSchema);
  return copy(run.id);
}

/** Copies the config that a run was trained by, as JSON. */
export async function copyRunConfig(context: UpsizeContext, ...args: unknown[]): Promise<string> {
  const { run } = await chosenRun(context, args, runSchema);
  return copy(JSON.stringify(run.manifest.config, null, 2));
}

/** Copies the command line that trains a run like this one. */
export async function copyRunCommand(context: UpsizeContext, ...args: unknown[]): Promise<string> {
  const { folder, run } = await chosenRun(context, args, runSchema);
  return copy(commandLike(run, context.folders.all.length > 1 ? folder.path : null));
}

/** Shows a run's folder in the system's file manager, or in the Explorer. */
export async function revealRunFolder(context: UpsizeContext, ...args: unknown[]): Promise<void> {
  const { run } = await chosenRun(context, args, runSchema);
  const uri = vscode.Uri.file(run.folder);
  // On a remote host or in the browser there is no file manager to show it in; the Explorer is there.
  const local = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  await vscode.commands.executeCommand(local ? 'revealFileInOS' : 'revealInExplorer', uri);
}

async function copy(copied: string): Promise<string> {
  await vscode.env.clipboard.writeText(copied);
  vscode.window.setStatusBarMessage('$(check) Copied', 2000);
  return copied;
}
