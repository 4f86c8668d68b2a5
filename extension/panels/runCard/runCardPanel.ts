import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { lineageOf } from '../../../trainer/protocol/ladder.ts';
import { runIdSchema } from '../../../trainer/protocol/runFolder.ts';
import { workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import { chooseRun } from '../../commands/ask.ts';
import { parseArguments, runArguments } from '../../commands/commandArguments.ts';
import { waiting } from '../../commands/waiting.ts';
import type { UpsizeContext } from '../../upsizeContext.ts';
import { runCardPage, type RunCardTarget } from './runCardPage.ts';

const runSchema = z.strictObject(runArguments);
const stateSchema = z.object({ target: z.object({ folder: z.string(), runId: runIdSchema }) });

function cardFile({ folder, runId }: RunCardTarget): string {
  return path.join(workspacePaths(folder).cards, `${runId}.html`);
}

/** Writes the run card, a page of its own, and shows it: in the editor, since a browser elsewhere could not open the file. */
export async function openRunCard(context: UpsizeContext, ...args: unknown[]): Promise<{ file: string }> {
  const { runId } = parseArguments(args, runSchema, ['runId']);
  const { folder, run } = await chooseRun(context, runId, {
    title: 'Run card of which run?',
    fits: () => true,
    none: 'There is no run yet.',
  });
  const newest = lineageOf(run, folder.runsById).at(-1) ?? run;
  const target = { folder: folder.path, runId: newest.id };
  const file = cardFile(target);
  await waiting('writing the run card', (signal) =>
    context.trainer.run({ args: ['show', run.id, '--card', file], workspace: folder.path, signal }),
  );
  const card = await readFile(file, 'utf8');
  const title = `Run card: ${run.manifest.config.stage.size} px`;
  fill(vscode.window.createWebviewPanel('upsize.runCard', title, vscode.ViewColumn.Active), card, target);
  vscode.window.setStatusBarMessage(`$(check) The run card is ${vscode.workspace.asRelativePath(file)}`, 8000);
  return { file };
}

/** Shows a card of before a reload as it was written; the panel closes where its file or folder is gone. */
export async function restoreRunCard(
  { folders }: UpsizeContext,
  panel: vscode.WebviewPanel,
  state: unknown,
): Promise<void> {
  await folders.ready;
  const saved = stateSchema.safeParse(state);
  const target = saved.success ? saved.data.target : null;
  const isOpen = folders.all.some((folder) => folder.path === target?.folder);
  const card = target && isOpen ? await readFile(cardFile(target), 'utf8').catch(() => null) : null;
  if (target && card !== null) fill(panel, card, target);
  else panel.dispose();
}

function fill({ webview }: vscode.WebviewPanel, card: string, target: RunCardTarget): void {
  webview.options = { enableScripts: true, localResourceRoots: [] };
  webview.html = runCardPage(card, target, randomBytes(16).toString('hex'));
}
