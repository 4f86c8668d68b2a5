import * as vscode from 'vscode';
import { graftAnswerSchema, type FittingGraft, type GraftAnswer } from '../../trainer/protocol/graftAnswer.ts';
import { trainArguments, type StageChanges, type TrainRequest } from '../trainer/trainArguments.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { choose, numberProblem, type Choice } from './ask.ts';
import { graftRows } from './graftRows.ts';
import { Dismissed } from './declined.ts';
import { choiceExitCode, withConfig } from './startTraining.ts';
import { waiting } from './waiting.ts';

/** What a stage at a size that is not in the config would start from. */
export interface GraftRequest {
  /** Id of the parent run, and its size in pixels. */
  from: string;
  parentSize: number;
  /** All but the size. */
  changes: Omit<StageChanges, 'size'>;
}

const largestSize = 1024;
const smallestSize = 8;

/** The graft check of the trainer: whether a size can be joined, and what the model would be. Starts nothing. */
export async function checkGraft(
  { trainer }: UpsizeContext,
  folder: UpsizeFolder,
  { from, changes }: GraftRequest,
  size: number,
): Promise<GraftAnswer> {
  const request: TrainRequest = { what: 'next', from, changes: { ...changes, size } };
  return waiting('checking how the model would grow', (signal) =>
    trainer.ask(graftAnswerSchema, {
      args: [...trainArguments(withConfig(folder, request)), '--graft-check'],
      workspace: folder.path,
      accept: [0, choiceExitCode],
      signal,
    }),
  );
}

/**
 * Asks for a size that can be joined to a run, offering twice and four times its own. One that cannot is refused with those that
 * can, and asked for again. Throws `Dismissed`.
 */
export async function askJoiningSize(
  context: UpsizeContext,
  folder: UpsizeFolder,
  request: GraftRequest,
): Promise<FittingGraft> {
  const { parentSize } = request;
  let sizes = [parentSize * 2, parentSize * 4].filter((size) => size <= largestSize);
  let said: string | undefined;
  for (;;) {
    const choices = sizes.map((size): Choice<number | null> => ({
      label: `${size} px`,
      description: timesText(size / parentSize),
      value: size,
    }));
    const other: Choice<number | null> = { label: 'Another size…', value: null };
    const size = await choose('Size of the images', [...choices, other], said);
    if (size === null) return askOtherSize(context, folder, request);
    const answer = await checkGraft(context, folder, request, size);
    if (answer.outcome === 'fits') return answer;
    ({ sizes, message: said } = answer);
  }
}

function timesText(times: number): string {
  if (times === 1) return 'as before';
  return times === 2 ? 'twice as large' : `${times} times as large`;
}

/** Asks for any size in a box that stays open, and says why, as long as the size in it cannot be joined. Throws `Dismissed`. */
export async function askOtherSize(
  context: UpsizeContext,
  folder: UpsizeFolder,
  request: GraftRequest,
): Promise<FittingGraft> {
  const problem = numberProblem({ least: smallestSize, most: largestSize, whole: true });
  const input = vscode.window.createInputBox();
  input.title = 'Size of the images in pixels';
  input.prompt = `The run takes ${request.parentSize} px. Enter tries whether a size can be joined to it.`;
  input.value = String(Math.min(largestSize, request.parentSize * 2));
  try {
    return await new Promise<FittingGraft>((resolve, reject) => {
      input.onDidHide(() => reject(new Dismissed()));
      input.onDidChangeValue((text) => (input.validationMessage = problem(text)));
      input.onDidAccept(async () => {
        input.validationMessage = problem(input.value);
        if (input.validationMessage !== undefined || input.busy) return;
        input.busy = true;
        input.enabled = false;
        try {
          const answer = await checkGraft(context, folder, request, Number(input.value));
          if (answer.outcome === 'fits') resolve(answer);
          else input.validationMessage = answer.message;
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        } finally {
          input.busy = false;
          input.enabled = true;
        }
      });
      input.show();
    });
  } finally {
    input.dispose();
  }
}

/** Shows what the graft check found, every layer with it, and settles when the user wants to train it. Throws `Dismissed`. */
export async function confirmGraft(graft: FittingGraft): Promise<void> {
  const start: vscode.QuickPickItem = {
    label: '$(play) Train',
    description: `at ${graft.size} px, from run ${graft.parentId}`,
  };
  const cancel: vscode.QuickPickItem = { label: '$(close) Cancel', description: 'start nothing' };
  const rows = graftRows(graft).map((row): vscode.QuickPickItem => {
    if ('head' in row) return { label: row.head, kind: vscode.QuickPickItemKind.Separator };
    return { label: `$(${row.icon ?? 'blank'}) ${row.label}`, description: row.description };
  });
  const list = vscode.window.createQuickPick();
  list.title = `Extend to ${graft.size} px: the graft check`;
  list.placeholder = 'What the model will be. Train starts it.';
  list.ignoreFocusOut = true;
  list.matchOnDescription = true;
  list.items = [start, cancel, ...rows];
  try {
    await new Promise<void>((resolve, reject) => {
      list.onDidHide(() => reject(new Dismissed()));
      list.onDidAccept(() => {
        const [chosen] = list.selectedItems;
        if (chosen === start) resolve();
        if (chosen === cancel) reject(new Dismissed());
      });
      list.show();
    });
  } finally {
    list.dispose();
  }
}
