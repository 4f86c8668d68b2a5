import * as vscode from 'vscode';
import * as z from 'zod';
import type { UpsizeContext } from '../../upsizeContext.ts';
import type { PanelKind } from '../webviewPanels.ts';
import { restoreDeleted } from '../openNext.ts';
import { workspaceOf } from '../workspaceOf.ts';

const targetSchema = z.object({ folder: z.string(), runIds: z.array(z.string()) });

/** Runs side by side. */
export function compareRunsKind(context: UpsizeContext): PanelKind<z.output<typeof targetSchema>> {
  return {
    name: 'compareRuns',
    icon: 'git-compare',
    targetSchema,
    title: (_folder, { runIds }) => `Compare ${runIds.length} runs`,
    host: async ({ folder, post, log, saving }, { runIds }) => {
      const { CompareRunsPanel } = await import('./compareRunsPanel.ts');
      return new CompareRunsPanel({
        workspace: workspaceOf(context, folder),
        runIds,
        post,
        log,
        saving,
        actions: {
          openConfusionMatrix: async (runId) => {
            await vscode.commands.executeCommand('upsize.openConfusionMatrix', { runId });
          },
          openImages: async (title, files) => {
            await vscode.commands.executeCommand('upsize.openDatasetGallery', { folder: folder.path, title, files });
          },
          restoreRun: () => restoreDeleted(folder, runIds),
        },
      });
    },
  };
}
