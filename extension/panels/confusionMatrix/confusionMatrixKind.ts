import * as vscode from 'vscode';
import * as z from 'zod';
import type { UpsizeContext } from '../../upsizeContext.ts';
import type { PanelKind } from '../webviewPanels.ts';
import { datasetFile } from '../datasetFile.ts';
import { openNext } from '../openNext.ts';
import { workspaceOf } from '../workspaceOf.ts';

const targetSchema = z.object({ folder: z.string(), runId: z.string() });

/** The confusion matrix of one run. */
export function confusionMatrixKind(context: UpsizeContext): PanelKind<z.output<typeof targetSchema>> {
  return {
    name: 'confusionMatrix',
    icon: 'table',
    targetSchema,
    title: (folder, { runId }) => {
      const run = folder.runsById.get(runId);
      return `Confusion ${folder.annotations.of(runId).name ?? run?.manifest.config.stage.size ?? ''}`.trim();
    },
    host: async ({ folder, post, log, saving }, { runId }) => {
      const { ConfusionMatrixPanel } = await import('./confusionMatrixPanel.ts');
      return new ConfusionMatrixPanel({
        workspace: workspaceOf(context, folder),
        runId,
        post,
        log,
        saving,
        actions: {
          openImages: async (title, files) => {
            await vscode.commands.executeCommand('upsize.openDatasetGallery', { folder: folder.path, title, files });
          },
          openNext: (next) => openNext(next, folder, runId),
          openImage: async (file) => {
            const run = folder.runsById.get(runId);
            if (!run) throw new Error('This run is gone.');
            await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(datasetFile(run.manifest, file)));
          },
        },
      });
    },
  };
}
