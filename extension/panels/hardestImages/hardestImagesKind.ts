import * as vscode from 'vscode';
import * as z from 'zod';
import type { UpsizeContext } from '../../upsizeContext.ts';
import type { PanelKind } from '../webviewPanels.ts';
import { openNext } from '../openNext.ts';
import { workspaceOf } from '../workspaceOf.ts';

const targetSchema = z.object({ folder: z.string(), runId: z.string() });

/** The hardest images of one run. */
export function hardestImagesKind(context: UpsizeContext): PanelKind<z.output<typeof targetSchema>> {
  return {
    name: 'hardestImages',
    icon: 'flame',
    targetSchema,
    title: (folder, { runId }) =>
      `Hardest ${folder.annotations.of(runId).name ?? folder.runsById.get(runId)?.manifest.config.stage.size ?? ''}`.trim(),
    host: async ({ folder, post, log, saving }, { runId }) => {
      const { HardestImagesPanel } = await import('./hardestImagesPanel.ts');
      return new HardestImagesPanel({
        workspace: workspaceOf(context, folder),
        runId,
        post,
        log,
        saving,
        actions: {
          openFile: async (file) => {
            await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), {
              viewColumn: vscode.ViewColumn.Beside,
            });
          },
          openNext: (next) => openNext(next, folder, runId),
          openImages: async (title, files) => {
            await vscode.commands.executeCommand('upsize.openDatasetGallery', { folder: folder.path, title, files });
          },
        },
      });
    },
  };
}
