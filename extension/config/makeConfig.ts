import * as vscode from 'vscode';
import * as z from 'zod';
import { choose } from '../commands/ask.ts';
import { Dismissed } from '../commands/declined.ts';
import { waiting } from '../commands/waiting.ts';
import { count, plural } from '../numbers.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';

const initAnswerSchema = z.object({
  config: z.string(),
  dataset: z.string(),
  classes: z.number().nullable(),
  images: z.number().nullable(),
});
type InitAnswer = z.infer<typeof initAnswerSchema>;

/**
 * Makes an `upsize.json` for the largest data set in a folder, or for the images in `images`, and opens it. With `offer` it is
 * said first what would be made of what, and nothing is made where the user does not want that: throws `Dismissed`.
 */
export async function makeConfig(
  { trainer }: UpsizeContext,
  folder: UpsizeFolder,
  { images, offer }: { images?: string; offer: boolean },
): Promise<{ config: string }> {
  const init = async (...more: string[]) =>
    waiting('looking for images', (signal) =>
      trainer.ask(initAnswerSchema, {
        args: ['init', ...(images === undefined ? [] : [images]), ...more],
        workspace: folder.path,
        signal,
      }),
    );
  if (offer) await confirm(folder, await init('--dry-run'));
  const made = await init();
  await folder.refresh();
  await vscode.window.showTextDocument(vscode.Uri.file(made.config));
  vscode.window.setStatusBarMessage(`$(check) upsize.json made for ${described(made)}`, 8000);
  return { config: made.config };
}

async function confirm(folder: UpsizeFolder, found: InitAnswer): Promise<void> {
  const where = found.dataset === '.' ? folder.workspaceFolder.name : found.dataset;
  const wanted = await choose(`${folder.workspaceFolder.name} has no config yet`, [
    {
      label: `Make upsize.json for ${described({ ...found, dataset: where })}`,
      detail: 'It says where the images are and which sizes to train; it opens, to be changed as you like',
      value: true,
    },
    { label: 'Not now', detail: 'Nothing is made or trained', value: false },
  ]);
  if (!wanted) throw new Dismissed();
}

/** `photos (1,234 images, 12 classes)`. */
function described({ dataset, images, classes }: Pick<InitAnswer, 'dataset' | 'images' | 'classes'>): string {
  if (images === null || classes === null) return dataset;
  return `${dataset} (${count(images)} images, ${plural(classes, 'class', 'classes')})`;
}
