import * as vscode from 'vscode';
import * as z from 'zod';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { FolderRun } from '../upsizeFolders.ts';
import { askText, chooseRun } from './ask.ts';
import { parseArguments, runArguments } from './commandArguments.ts';
import { registerCommand, registerLazily } from './registerCommand.ts';

const anyRun = { title: 'Which run?', fits: () => true, none: 'There is no run yet.' };
const runSchema = z.strictObject(runArguments);
const text = z.string().optional();

export function registerRunCommands(context: UpsizeContext): vscode.Disposable[] {
  const { log } = context;
  /** A command about a run, with one more thing that a caller may say: the second argument, or the schema's own field. */
  const onRun = <T extends { runId?: string | undefined }>(
    id: string,
    schema: z.ZodType<T>,
    work: (chosen: FolderRun, said: T) => unknown,
    field: string[] = [],
  ) =>
    registerCommand(log, id, async (...args) => {
      const said = parseArguments(args, schema, ['runId', ...field]);
      return work(await chooseRun(context, said.runId, anyRun), said);
    });
  const tags = z.union([z.string(), z.array(z.string())]).optional();
  return [
    onRun('renameRun', runSchema.extend({ name: text }), renameRun, ['name']),
    onRun('starRun', runSchema.extend({ starred: z.boolean().optional() }), starRun, ['starred']),
    onRun('tagRun', runSchema.extend({ tags }), tagRun, ['tags']),
    onRun('noteRun', runSchema.extend({ note: text }), noteRun, ['note']),
    ...registerLazily(context, ['deleteRun', 'restoreRun'], () => import('./deleteRun.ts')),
    onRun('copyRunId', runSchema, ({ run }) => copy(run.id)),
    onRun('copyRunConfig', runSchema, ({ run }) => copy(JSON.stringify(run.manifest.config, null, 2))),
    onRun('copyRunCommand', runSchema, async ({ folder, run }) => {
      const { commandLike } = await import('../trainer/commandLike.ts');
      const workspace = context.folders.all.length > 1 ? folder.path : null;
      return copy(commandLike(run, workspace));
    }),
    onRun('revealRunFolder', runSchema, ({ run }) => revealFolder(run)),
    registerCommand(log, 'showLog', () => log.show()),
  ];
}

async function renameRun({ folder, run }: FolderRun, said: { name?: string | undefined }): Promise<void> {
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

async function starRun({ folder, run }: FolderRun, said: { starred?: boolean | undefined }): Promise<boolean> {
  const starred = said.starred ?? !folder.annotations.of(run.id).starred;
  folder.annotations.change(run.id, { starred });
  await folder.refresh();
  return starred;
}

async function tagRun({ folder, run }: FolderRun, said: { tags?: string | string[] | undefined }): Promise<void> {
  const before = folder.annotations.of(run.id).tags.join(', ');
  const wanted = said.tags ?? (await askText('Tags', { value: before, prompt: 'Separated by commas' }));
  const words = (Array.isArray(wanted) ? wanted : wanted.split(',')).map((tag) => tag.trim());
  folder.annotations.change(run.id, { tags: [...new Set(words.filter((tag) => tag !== ''))] });
  await folder.refresh();
}

async function noteRun({ folder, run }: FolderRun, said: { note?: string | undefined }): Promise<void> {
  const before = folder.annotations.of(run.id).note;
  folder.annotations.change(run.id, { note: said.note ?? (await askText('Note', { value: before })) });
  await folder.refresh();
}

async function copy(copied: string): Promise<string> {
  await vscode.env.clipboard.writeText(copied);
  vscode.window.setStatusBarMessage('$(check) Copied', 2000);
  return copied;
}

async function revealFolder(run: Run): Promise<void> {
  const uri = vscode.Uri.file(run.folder);
  // On a remote host or in the browser there is no file manager to show it in; the Explorer is there.
  const local = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  await vscode.commands.executeCommand(local ? 'revealFileInOS' : 'revealInExplorer', uri);
}
