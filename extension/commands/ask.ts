import * as vscode from 'vscode';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { rungSign, runDescription } from '../runs/runLabel.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import type { FolderRun } from '../upsizeFolders.ts';
import { pathOfUri, viewItemIn } from './commandArguments.ts';
import { Declined, Dismissed } from './declined.ts';

/** Throws `Dismissed` where the user left the question. */
export function answered<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Dismissed();
  return answer;
}

/** An entry of a list to choose from, with what it stands for. */
export interface Choice<T> extends vscode.QuickPickItem {
  value: T;
}

/** Lets the user choose one of some things. Throws `Dismissed`. */
export async function choose<T>(title: string, choices: readonly Choice<T>[], placeHolder?: string): Promise<T> {
  const options = { title, matchOnDescription: true, matchOnDetail: true, ...(placeHolder ? { placeHolder } : {}) };
  return answered(await vscode.window.showQuickPick(choices, options)).value;
}

/** Asks for a text; `problem` says what is wrong with it. Throws `Dismissed`. */
export async function askText(
  title: string,
  options: { value?: string; prompt?: string; problem?: (text: string) => string | undefined },
): Promise<string> {
  const { value, prompt, problem } = options;
  return answered(
    await vscode.window.showInputBox({
      title,
      ...(value === undefined ? {} : { value }),
      ...(prompt === undefined ? {} : { prompt }),
      validateInput: (text) => problem?.(text),
    }),
  );
}

/** Whether a text is a number within bounds, as a sentence where it is not. */
export function numberProblem(bounds: { least: number; most: number; whole: boolean }) {
  return (text: string): string | undefined => {
    const value = Number(text);
    const isNumber = text.trim() !== '' && Number.isFinite(value) && (!bounds.whole || Number.isInteger(value));
    if (isNumber && value >= bounds.least && value <= bounds.most) return undefined;
    return `${bounds.whole ? 'A whole number' : 'A number'} from ${bounds.least} to ${bounds.most}`;
  };
}

/** The id in what a command was called with: an id, an item of the Runs view, or `{ runId }`. */
export function runIdIn(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('runId' in argument && typeof argument.runId === 'string') return argument.runId;
  return viewItemIn(argument)?.runId;
}

/** The path in what a command was called with: a path, a URI, `{ folder }`, or an item of a view. */
function folderIn(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  const path = pathOfUri(argument) ?? viewItemIn(argument)?.folder;
  if (path !== undefined || typeof argument !== 'object' || argument === null || !('folder' in argument)) return path;
  return typeof argument.folder === 'string' ? argument.folder : undefined;
}

/**
 * The workspace folder that a command is about: the argument's, the only one, the active editor's, else the user's choice.
 * Throws Declined where the argument names one that is not open.
 */
export async function chooseFolder(context: UpsizeContext, argument?: unknown): Promise<UpsizeFolder> {
  const folder = await findFolder(context, argument);
  // What was written a moment ago counts for what is done now.
  folder.look();
  return folder;
}

async function findFolder({ folders }: UpsizeContext, argument: unknown): Promise<UpsizeFolder> {
  const path = folderIn(argument);
  if (path !== undefined) {
    const named = folders.of(vscode.Uri.file(path));
    if (!named) throw new Declined(`${path} does not lie in an open folder.`);
    return named;
  }
  const { all } = folders;
  const [only] = all;
  if (!only) throw new Declined('Open a folder first: Upsize keeps its runs in it.');
  if (all.length === 1) return only;
  const editor = vscode.window.activeTextEditor;
  const active = editor && folders.of(editor.document.uri);
  if (active) return active;
  return choose(
    'Which folder?',
    all.map((folder) => ({
      label: folder.workspaceFolder.name,
      description: folder.path,
      detail: folder.config.relativeFile ?? 'no config',
      value: folder,
    })),
  );
}

/** A run as an entry of a list to choose from. */
export function runChoice(folder: UpsizeFolder, run: Run, manyFolders: boolean): Choice<FolderRun> {
  const { name, starred } = folder.annotations.of(run.id);
  const sizes = folder.runs.filter((other) => other.overview.ladderId === run.overview.ladderId);
  const sign = rungSign(
    run.overview.size,
    sizes.map((other) => other.overview.size),
  );
  return {
    label: [sign, starred ? '★' : '', name ?? ''].filter(Boolean).join(' '),
    description: runDescription(run, folder.runsById),
    detail: manyFolders ? `${run.id} in ${folder.workspaceFolder.name}` : run.id,
    value: { folder, run },
  };
}

/**
 * The run that a command is about: the argument's, else the selected one where it fits, else the user's choice of those that
 * fit, newest first. Throws `Declined` with `none` where there is none.
 */
export async function chooseRun(
  { folders, runsView }: UpsizeContext,
  argument: unknown,
  options: { title: string; fits: (run: Run) => boolean; none: string },
): Promise<FolderRun> {
  const id = runIdIn(argument);
  if (id !== undefined) {
    const named = folders.run(id);
    if (!named) throw new Declined(`There is no run ${id} here.`);
    if (!options.fits(named.run)) throw new Declined(`Run ${id} is ${named.run.state}. ${options.none}`);
    return named;
  }
  const path = folderIn(argument);
  const isObject = typeof argument === 'object' && argument !== null;
  const isSilent = isObject ? Object.values(argument).every((value) => value === undefined) : argument == null;
  if (path === undefined && !isSilent) {
    throw new Declined(`A run is named by its id or as { "runId": … }, not by ${JSON.stringify(argument)}.`);
  }
  const { selected } = runsView;
  const named = path === undefined ? undefined : folders.of(vscode.Uri.file(path));
  if (path !== undefined && !named) throw new Declined(`${path} does not lie in an open folder.`);
  const isAsked = (folder: UpsizeFolder) => named === undefined || folder === named;
  if (selected && isAsked(selected.folder) && options.fits(selected.run)) return selected;
  const { all } = folders;
  const choices = all
    .filter(isAsked)
    .flatMap((folder) => folder.runs.map((run) => ({ folder, run })))
    .filter(({ run }) => options.fits(run))
    .sort((a, b) => b.run.overview.created - a.run.overview.created);
  const [only] = choices;
  if (!only) throw new Declined(options.none);
  if (choices.length === 1) return only;
  return choose(
    options.title,
    choices.map(({ folder, run }) => runChoice(folder, run, all.length > 1)),
  );
}
