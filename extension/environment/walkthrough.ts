import * as vscode from 'vscode';
import { registerCommand } from '../commands/registerCommand.ts';
import type { UpsizeContext } from '../upsizeContext.ts';

const shownKey = 'walkthroughShown';

/** The walkthrough's command, and the walkthrough itself, once, for a user who comes to Upsize with nothing trained yet. */
export function registerWalkthrough(context: UpsizeContext): vscode.Disposable[] {
  void context.folders.ready.then(() => offerWalkthrough(context));
  return [registerCommand(context.log, 'openWalkthrough', openWalkthrough)];
}

/** The walkthrough opens once more, in the folder that this window opens next: who follows it to a sample goes on there. */
export async function followInNextWindow({ globalState }: vscode.ExtensionContext): Promise<void> {
  await globalState.update(shownKey, false);
}

async function openWalkthrough(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'upsize.upsize#firstLadder', false);
}

async function offerWalkthrough({ extension, folders }: UpsizeContext): Promise<void> {
  // Who wants nothing to open by itself has said so.
  if (vscode.workspace.getConfiguration('workbench').get('startupEditor') === 'none') return;
  if (extension.globalState.get<boolean>(shownKey) === true) return;
  if (folders.all.some(({ runs }) => runs.length > 0)) return;
  await extension.globalState.update(shownKey, true);
  await openWalkthrough();
}
