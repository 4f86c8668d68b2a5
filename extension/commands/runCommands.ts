import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import * as z from 'zod';
import { isLive } from '../../trainer/protocol/events.ts';
import { lineageOf } from '../../trainer/protocol/ladder.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { inFolder } from '../folderName.ts';
import { plural, shortTime } from '../numbers.ts';
import { commandLine } from '../trainer/trainArguments.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { FolderRun } from '../upsizeFolders.ts';
import { askText, choose, chooseFolder, chooseRun } from './ask.ts';
import { Declined, registerCommand } from './registerCommand.ts';

const anyRun = { title: 'Which run?', fits: () => true, none: 'There is no run yet.' };

export function registerRunCommands(context: UpsizeContext): vscode.Disposable[] {
  const { log } = context;
  const onRun = (id: string, work: (chosen: FolderRun, more: unknown) => unknown, fits = anyRun) =>
    registerCommand(log, id, async (argument, more) => work(await chooseRun(context, argument, fits), more));
  return [
    onRun('renameRun', renameRun),
    onRun('starRun', starRun),
    onRun('tagRun', tagRun),
    onRun('noteRun', noteRun),
    registerCommand(log, 'deleteRun', (argument) => deleteRun(context, argument)),
    registerCommand(log, 'restoreRun', (argument) => restoreRun(context, argument)),
    onRun('copyRunId', ({ run }) => copy(run.id)),
    onRun('copyRunConfig', ({ run }) => copy(JSON.stringify(run.manifest.config, null, 2))),
    onRun('copyRunCommand', ({ run }) => copy(runCommandLine(run))),
    onRun('openRunCard', (chosen) => openRunCard(context, chosen)),
    onRun('revealRunFolder', ({ run }) => revealFolder(run)),
    registerCommand(log, 'showLog', () => log.show()),
  ];
}

function textOr(argument: unknown): string | undefined {
  return typeof argument === 'string' ? argument : undefined;
}

async function renameRun({ folder, run }: FolderRun, argument: unknown): Promise<void> {
  const { name = '' } = folder.annotations.of(run.id);
  const text =
    textOr(argument) ??
    (await askText('Name of the run', {
      value: name,
      prompt: 'Empty takes the name away',
      problem: (typed) => (typed.length > 200 ? 'At most 200 characters' : undefined),
    }));
  folder.annotations.change(run.id, { name: text.trim() });
  await folder.refresh();
}

async function starRun({ folder, run }: FolderRun, argument: unknown): Promise<boolean> {
  const starred = typeof argument === 'boolean' ? argument : !folder.annotations.of(run.id).starred;
  folder.annotations.change(run.id, { starred });
  await folder.refresh();
  return starred;
}

async function tagRun({ folder, run }: FolderRun, argument: unknown): Promise<void> {
  const { tags } = folder.annotations.of(run.id);
  const text = textOr(argument) ?? (await askText('Tags', { value: tags.join(', '), prompt: 'Separated by commas' }));
  const words = text.split(',').map((tag) => tag.trim());
  folder.annotations.change(run.id, { tags: [...new Set(words.filter((tag) => tag !== ''))] });
  await folder.refresh();
}

async function noteRun({ folder, run }: FolderRun, argument: unknown): Promise<void> {
  const { note } = folder.annotations.of(run.id);
  folder.annotations.change(run.id, { note: textOr(argument) ?? (await askText('Note', { value: note })) });
  await folder.refresh();
}

const undoForMs = 10_000;

/** Moves a run to Upsize's own trash, and offers to take it back. Its children stay whole: they hold all of their weights. */
async function deleteRun(context: UpsizeContext, argument: unknown): Promise<{ runId: string }> {
  const { folder, run } = await chooseRun(context, argument, {
    title: 'Delete which run?',
    fits: ({ state }) => !isLive(state),
    none: 'A run at work cannot be deleted; stop it first.',
  });
  folder.trash.delete(run.id);
  folder.trash.empty();
  await folder.refresh();
  const children = folder.runs.filter((other) => other.manifest.parentId === run.id).length;
  const kept =
    children === 0 ? '' : ` ${plural(children, 'stage')} trained from it ${children === 1 ? 'stays' : 'stay'} whole.`;
  void offerUndo(folder, run, `${inFolder(context.folders, folder)} was deleted.${kept}`);
  return { runId: run.id };
}

async function offerUndo(folder: FolderRun['folder'], run: Run, said: string): Promise<void> {
  const undo = 'Undo';
  const chosen = await Promise.race([
    vscode.window.showInformationMessage(`Run ${run.id}${said} It can be restored for 30 days.`, undo),
    new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), undoForMs * 6)),
  ]);
  if (chosen !== undefined)
    await vscode.commands.executeCommand('upsize.restoreRun', { folder: folder.path, runId: run.id });
}

const restoreSchema = z.object({ folder: z.string(), runId: z.string() });

async function restoreRun(context: UpsizeContext, argument: unknown): Promise<{ runId: string }> {
  const said = restoreSchema.safeParse(argument).data;
  const folder = await chooseFolder(context, argument);
  const trashed = folder.trash.list();
  if (trashed.length === 0) throw new Declined('No deleted run can be restored here.');
  const runId =
    said?.runId ??
    (await choose(
      'Restore which run?',
      trashed.map(({ id, deletedAt }) => ({
        label: folder.annotations.of(id).name ?? id,
        description: `deleted ${shortTime(deletedAt, Date.now())}`,
        value: id,
      })),
    ));
  folder.trash.restore(runId);
  await folder.refresh();
  void context.runsView.reveal(runId);
  return { runId };
}

async function copy(text: string): Promise<string> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage('$(check) Copied', 2000);
  return text;
}

/** The command that trains a run like this one. */
export function runCommandLine(run: Run): string {
  const { parentId, config } = run.manifest;
  const { stage } = config;
  const args = ['train'];
  if (config.configFile !== null && config.configFile !== 'upsize.json') args.push('--config', config.configFile);
  if (config.stageIndex === null) args.push('--size', String(stage.size));
  else args.push('--stage', String(config.stageIndex + 1));
  if (parentId === null) args.push('--new-ladder');
  else args.push('--from', parentId);
  args.push('--epochs', String(stage.training.epochs));
  args.push('--learning-rate', String(stage.training.learningRate));
  args.push('--batch-size', String(stage.training.batchSize));
  if (stage.extend !== null) args.push('--strategy', stage.extend.strategy);
  if (stage.extend?.strategy === 'feeder') args.push('--feeder', stage.extend.feeder, '--cut', stage.extend.cut);
  if (parentId !== null) args.push('--freeze', Array.isArray(stage.freeze) ? stage.freeze.join(',') : stage.freeze);
  args.push('--seed', String(config.seed));
  return commandLine(args);
}

/** Writes the run card, a page of its own, and shows it: in the editor, since a browser elsewhere could not open the file. */
async function openRunCard({ trainer }: UpsizeContext, { folder, run }: FolderRun): Promise<{ file: string }> {
  const byId = folder.runsById;
  const newest = lineageOf(run, byId).at(-1) ?? run;
  const file = vscode.Uri.joinPath(folder.workspaceFolder.uri, '.upsize', 'cards', `${newest.id}.html`).fsPath;
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Writing the run card' }, () =>
    trainer.run({ args: ['show', run.id, '--card', file], workspace: folder.path }),
  );
  const title = `Run card: ${run.manifest.config.stage.size} px`;
  const options = { enableScripts: false, localResourceRoots: [] };
  const panel = vscode.window.createWebviewPanel('upsize.runCard', title, vscode.ViewColumn.Active, options);
  panel.webview.html = await readFile(file, 'utf8');
  vscode.window.setStatusBarMessage(`$(check) The run card is ${vscode.workspace.asRelativePath(file)}`, 8000);
  return { file };
}

async function revealFolder(run: Run): Promise<void> {
  const uri = vscode.Uri.file(run.folder);
  // On a remote host or in the browser there is no file manager to show it in; the Explorer is there.
  const local = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  await vscode.commands.executeCommand(local ? 'revealFileInOS' : 'revealInExplorer', uri);
}
