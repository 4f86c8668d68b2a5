import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import { galleryChoiceSchema, type GalleryChoice } from '../../../webviews/protocol/datasetGallery.ts';
import type { UpsizeContext } from '../../upsizeContext.ts';
import type { UpsizeFolder } from '../../upsizeFolder.ts';
import type { PanelKind } from '../webviewPanels.ts';
import { workspaceOf } from '../workspaceOf.ts';
import { imageAugmentation } from './imageAugmentation.ts';
import type { DatasetGalleryPanel, DatasetPlace } from './datasetGalleryPanel.ts';

const targetSchema = z.object({ folder: z.string() });

/** Where the active config of a folder says that the images and their labels file are. */
export function placeOf(folder: UpsizeFolder): DatasetPlace | null {
  const { config, file } = folder.config;
  if (!config || file === null) return null;
  const base = path.dirname(file);
  const { dataset } = config;
  const [source, labels] =
    typeof dataset === 'string' ? [dataset, 'upsize.labels.csv'] : [dataset.path, dataset.labels];
  return {
    source: path.resolve(base, source),
    labelsFile: path.resolve(base, labels),
    augmentation: imageAugmentation(config),
  };
}

/** The gallery of a folder's data set, with a way to show it exactly some images. */
export function datasetGalleryKind(context: UpsizeContext) {
  const open = new Map<string, DatasetGalleryPanel>();
  const { workspaceState } = context.extension;
  const keyOf = (folder: string) => `upsize.galleryChoice ${folder}`;
  /** What was last asked for: a gallery that comes back after a reload shows it again. */
  const choiceOf = (folder: string) =>
    galleryChoiceSchema
      .nullable()
      .catch(null)
      .parse(workspaceState.get(keyOf(folder), null));
  const keep = (folder: string, choice: GalleryChoice | null) =>
    void workspaceState.update(keyOf(folder), choice ?? undefined);
  const kind: PanelKind<z.output<typeof targetSchema>> = {
    name: 'datasetGallery',
    icon: 'file-media',
    targetSchema,
    title: () => 'Gallery',
    roots: (folder) => [path.join(workspacePaths(folder.path).cache, 'thumbnails')],
    host: async ({ folder, post, log, saving, addressOf }) => {
      const { DatasetGalleryPanel } = await import('./datasetGalleryPanel.ts');
      const panel = new DatasetGalleryPanel({
        workspace: workspaceOf(context, folder),
        trusted: () => vscode.workspace.isTrusted,
        place: () => placeOf(folder),
        addressOf,
        choice: choiceOf(folder.path),
        onChoice: (choice) => keep(folder.path, choice),
        post,
        log,
        saving,
        actions: {
          scan: async () => {
            await vscode.commands.executeCommand('upsize.scanDataset', { folder: folder.path });
          },
          createConfig: async () => {
            await vscode.commands.executeCommand('upsize.createConfig', folder.workspaceFolder.uri);
          },
          openFile: async (file) => {
            await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), {
              viewColumn: vscode.ViewColumn.Beside,
            });
          },
        },
      });
      open.set(folder.path, panel);
      return {
        channel: panel.channel,
        dispose: () => {
          open.delete(folder.path);
          panel.dispose();
        },
      };
    },
  };
  /** To be called before the panel is shown: what it shows then, or at once where it is open. */
  const choose = (folder: string, asked: Omit<GalleryChoice, 'id'> | null) => {
    const choice = asked && { ...asked, id: Date.now() };
    const panel = open.get(folder);
    if (panel) panel.choose(choice);
    else keep(folder, choice);
  };
  return { kind, choose };
}
