import * as vscode from 'vscode';
import * as z from 'zod';
import type { UpsizeContext } from '../../upsizeContext.ts';
import type { PanelKind } from '../webviewPanels.ts';
import { restoreDeleted } from '../openNext.ts';
import { workspaceOf } from '../workspaceOf.ts';
import { ladderTitle } from './ladderTitle.ts';

const targetSchema = z.object({ folder: z.string(), ladderId: z.string() });

/** The live dashboard of a ladder. */
export function dashboardKind(context: UpsizeContext): PanelKind<z.output<typeof targetSchema>> {
  const command = async (id: string, runId: string) => {
    await vscode.commands.executeCommand(`upsize.${id}`, { runId });
  };
  return {
    name: 'dashboard',
    icon: 'graph-line',
    targetSchema,
    title: (folder, { ladderId }) => {
      const workspace = workspaceOf(context, folder);
      return ladderTitle(folder.runs, ladderId, (runId) => workspace.nameOf(runId));
    },
    host: async ({ folder, post, log, saving }, { ladderId }) => {
      const { DashboardPanel } = await import('./dashboardPanel.ts');
      return new DashboardPanel({
        workspace: workspaceOf(context, folder),
        ladderId,
        trusted: () => vscode.workspace.isTrusted,
        post,
        log,
        saving,
        actions: {
          stop: (runId) => command('stopRun', runId),
          trainNextStage: (runId) => command('trainNextStage', runId),
          openConfusionMatrix: (runId) => command('openConfusionMatrix', runId),
          openHardestImages: (runId) => command('openHardestImages', runId),
          restoreRun: () => restoreDeleted(folder, [ladderId]),
        },
      });
    },
  };
}
