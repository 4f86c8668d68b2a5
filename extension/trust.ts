import * as vscode from 'vscode';
import { registerCommand } from './commands/registerCommand.ts';
import type { UpsizeContext } from './upsizeContext.ts';

/** The way to trust from the Runs view, whose history can be looked at without. */
export function registerTrust({ log }: UpsizeContext): vscode.Disposable[] {
  return [registerCommand(log, 'manageTrust', () => vscode.commands.executeCommand('workbench.trust.manage'))];
}
