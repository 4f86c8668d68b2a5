import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { answered } from '../commands/ask.ts';
import { parseArguments } from '../commands/commandArguments.ts';
import { Declined } from '../commands/declined.ts';
import { waiting } from '../commands/waiting.ts';
import { runCommandLine } from '../trainer/runCommandLine.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { followInNextWindow } from './walkthrough.ts';

const leastPictures = 36;

/** `folder`: absolute path; `count`: how many pictures, at least three of each fruit. */
const argumentsSchema = z.strictObject({
  folder: z.string().optional(),
  count: z
    .number()
    .int()
    .min(leastPictures, `The sample has twelve fruits; ask for ${leastPictures} pictures or more.`)
    .max(100_000)
    .default(2000),
});

/**
 * Makes the generated sample pictures and a config in an empty folder, and opens it. In one that has something in it they get a
 * folder of their own. When it is cancelled or fails, nothing of it stays.
 */
export async function createSampleWorkspace(context: UpsizeContext, ...args: unknown[]): Promise<{ folder: string }> {
  const { folder: named, count } = parseArguments(args, argumentsSchema, ['folder']);
  const folder = await emptyFolder(named ?? (await askForFolder(context)));
  const made = await mkdir(folder, { recursive: true });
  try {
    await waiting('painting the sample pictures', (signal, onLine) =>
      paintSample(context, { folder, count, signal, onLine }),
    );
  } catch (error) {
    await clear(made ?? folder, made === undefined);
    throw error;
  }
  context.log.info(`Made ${count} sample pictures in ${folder}`);
  const isOpen = context.folders.all.some((each) => each.path === folder);
  if (named === undefined && !isOpen) {
    await followInNextWindow(context.extension);
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), { forceReuseWindow: true });
  }
  await Promise.all(context.folders.all.map((each) => each.refresh()));
  return { folder };
}

async function askForFolder({ folders }: UpsizeContext): Promise<string> {
  const [open] = folders.all;
  const chosen = answered(
    await vscode.window.showOpenDialog({
      title: 'Make the sample in which folder?',
      ...(open === undefined ? {} : { defaultUri: open.workspaceFolder.uri }),
      openLabel: 'Make Sample Here',
      canSelectFolders: true,
      canSelectFiles: false,
    }),
  );
  return answered(chosen[0]).fsPath;
}

/** What lies in a folder; nothing where there is none. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** The folder itself where it is empty, else one of its own in it. Throws `Declined` where that has something in it too. */
async function emptyFolder(chosen: string): Promise<string> {
  if ((await namesIn(chosen)).length === 0) return chosen;
  const own = path.join(chosen, 'upsize-sample');
  if ((await namesIn(own)).length === 0) return own;
  throw new Declined(`${own} has something in it already. Open it, or choose another folder for the sample.`);
}

/** Takes away what was made: the folder too, unless it was there before, when it was empty. */
async function clear(folder: string, wasThere: boolean): Promise<void> {
  const made = wasThere ? (await namesIn(folder)).map((name) => path.join(folder, name)) : [folder];
  await Promise.all(made.map((each) => rm(each, { recursive: true, force: true })));
}

async function paintSample(
  { trainer, extension }: UpsizeContext,
  sample: { folder: string; count: number; signal: AbortSignal; onLine: (line: string) => void },
): Promise<void> {
  const { folder, count, signal, onLine } = sample;
  await runCommandLine({
    node: await trainer.node(),
    entry: extension.asAbsolutePath(path.join('dist', 'makeSample.js')),
    args: [folder, '--count', String(count), '--progress'],
    name: 'the painter of the sample',
    cwd: folder,
    environment: trainer.environment,
    signal,
    onLine,
  });
}
