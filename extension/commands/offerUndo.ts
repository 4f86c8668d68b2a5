import * as vscode from 'vscode';
import { showFailure } from './registerCommand.ts';

/**
 * Says what was done, with an Undo that takes it back, for as long as the notification can be found behind the bell; a failure
 * to do so is shown. Not to be waited for.
 */
export async function offerUndo(
  log: vscode.LogOutputChannel,
  done: string,
  takeBack: () => Promise<unknown>,
): Promise<void> {
  if ((await vscode.window.showInformationMessage(done, 'Undo')) === undefined) return;
  try {
    await takeBack();
  } catch (error) {
    await showFailure(log, error);
  }
}
