import * as vscode from 'vscode';
import { registerLazily } from '../../commands/registerCommand.ts';
import type { UpsizeContext } from '../../upsizeContext.ts';

/** Registers the command that opens run cards; cards of before a reload come back. */
export function registerRunCards(context: UpsizeContext): vscode.Disposable[] {
  const load = () => import('./runCardPanel.ts');
  return [
    ...registerLazily(context, ['openRunCard'], load),
    vscode.window.registerWebviewPanelSerializer('upsize.runCard', {
      deserializeWebviewPanel: async (panel, state: unknown) => (await load()).restoreRunCard(context, panel, state),
    }),
  ];
}
