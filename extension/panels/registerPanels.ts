import * as vscode from 'vscode';
import { registerLazily } from '../commands/registerCommand.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { Panels } from './panels.ts';

const commands = [
  'openDashboard',
  'openConfusionMatrix',
  'openHardestImages',
  'openDatasetGallery',
  'compareRuns',
  'compareCheckedRuns',
] as const;
const kinds = ['dashboard', 'confusionMatrix', 'hardestImages', 'datasetGallery', 'compareRuns'] as const;

/**
 * Registers the commands that open panels; panels of before a reload come back as they were. Their code is loaded with the first
 * of either. Panels stay open when the extension ends: a window that is reloaded ends it too, and what it closed then would not
 * come back.
 */
export function registerPanels(context: UpsizeContext): vscode.Disposable[] {
  // Once for all: they know which panels are open.
  let loaded: Promise<Panels> | undefined;
  const load = () => (loaded ??= import('./panels.ts').then(({ panelsOf }) => panelsOf(context)));
  return [
    ...registerLazily(context, commands, async () => (await load()).commands),
    ...kinds.map((kind) =>
      vscode.window.registerWebviewPanelSerializer(`upsize.${kind}`, {
        deserializeWebviewPanel: async (panel, state: unknown) => (await load()).kinds[kind].restore(panel, state),
      }),
    ),
  ];
}
