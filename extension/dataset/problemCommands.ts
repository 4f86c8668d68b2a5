import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { chooseFolder } from '../commands/ask.ts';
import { parseArguments } from '../commands/commandArguments.ts';
import { Declined } from '../commands/declined.ts';
import { offerUndo } from '../commands/offerUndo.ts';
import { placeOf } from '../panels/datasetGallery/datasetGalleryKind.ts';
import { changeDecisions } from '../panels/datasetGallery/labelsFile.ts';
import { requireTrust } from '../settings.ts';
import type { UpsizeContext } from '../upsizeContext.ts';

/** An image with a problem: its path relative to the data set's root, as the scan names it. */
const imageSchema = z.strictObject({ file: z.string(), folder: z.string().optional() });

async function imageOf(context: UpsizeContext, argument: unknown) {
  const { file, ...said } = parseArguments([argument], imageSchema, ['file']);
  const folder = await chooseFolder(context, said.folder);
  if (!folder.scan?.problems.some((problem) => problem.file === file)) {
    throw new Declined(`The last scan of ${folder.workspaceFolder.name} found no problem with an image ${file}.`);
  }
  return { folder, file };
}

/** Takes an image out of the data set by a line in the labels file, as the gallery does, and offers to put it back. */
export async function excludeImage(context: UpsizeContext, argument: unknown): Promise<{ labelsFile: string }> {
  requireTrust();
  const { folder, file } = await imageOf(context, argument);
  const place = placeOf(folder);
  if (!place) throw new Declined(`${folder.workspaceFolder.name} has no upsize.json that says where labels are kept.`);
  const { labelsFile } = place;
  const { before } = await changeDecisions(labelsFile, [{ file, excluded: true }]);
  const done = `${file} takes no part in training from now on, says ${path.basename(labelsFile)}. The next scan leaves it out.`;
  void offerUndo(context.log, done, () => changeDecisions(labelsFile, before));
  return { labelsFile };
}

/** Opens the gallery with this image alone. */
export async function openInGallery(context: UpsizeContext, argument: unknown): Promise<void> {
  const { folder, file } = await imageOf(context, argument);
  const chosen = { folder: folder.path, title: path.posix.basename(file), files: [file] };
  await vscode.commands.executeCommand('upsize.openDatasetGallery', chosen);
}
