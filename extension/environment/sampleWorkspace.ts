import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { answered } from '../commands/ask.ts';
import { Declined } from '../commands/registerCommand.ts';
import type { UpsizeContext } from '../upsizeContext.ts';

function countIn(options: unknown): number {
  if (typeof options !== 'object' || options === null || !('count' in options)) return 2000;
  return typeof options.count === 'number' ? options.count : 2000;
}

/** Makes a folder with the generated sample pictures and a config, and opens it. */
export async function createSampleWorkspace(
  context: UpsizeContext,
  argument: unknown,
  options: unknown,
): Promise<{ folder: string }> {
  const folder = argument instanceof vscode.Uri ? argument.fsPath : await askForFolder();
  if (existsSync(path.join(folder, 'upsize.json'))) {
    throw new Declined(`${folder} has an upsize.json already. Choose another folder for the sample.`);
  }
  await mkdir(folder, { recursive: true });
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: 'Upsize: painting the sample pictures',
      cancellable: true,
    },
    (progress, token) => paintSample(context, { folder, count: countIn(options) }, progress, token),
  );
  const uri = vscode.Uri.file(folder);
  const isOpen = context.folders.all.some((each) => each.path === folder);
  if (!(argument instanceof vscode.Uri) && !isOpen) {
    await vscode.commands.executeCommand('vscode.openFolder', uri, { forceReuseWindow: true });
  }
  await Promise.all(context.folders.all.map((each) => each.refresh()));
  return { folder };
}

async function askForFolder(): Promise<string> {
  const chosen = answered(
    await vscode.window.showOpenDialog({
      title: 'Make the sample in which folder?',
      openLabel: 'Make Sample Here',
      canSelectFolders: true,
      canSelectFiles: false,
    }),
  );
  return answered(chosen[0]).fsPath;
}

async function paintSample(
  { trainer, extension, log }: UpsizeContext,
  { folder, count }: { folder: string; count: number },
  progress: vscode.Progress<{ message?: string; increment?: number }>,
  token: vscode.CancellationToken,
): Promise<void> {
  const node = await trainer.node();
  const entry = extension.asAbsolutePath(path.join('dist', 'makeSample.js'));
  const child = spawn(node.file, [entry, folder, '--count', String(count), '--progress'], {
    cwd: folder,
    env: { ...trainer.environment, ...node.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  const subscription = token.onCancellationRequested(() => child.kill('SIGINT'));
  let last = '';
  createInterface(child.stderr).on('line', (line) => {
    last = line;
    progress.report({ message: line });
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (token.isCancellationRequested) throw new Declined('The sample was not made.');
    if (code !== 0) throw new Error(`The sample could not be made: ${last || `exit code ${code}`}`);
    log.info(`Made ${count} sample pictures in ${folder}`);
  } finally {
    subscription.dispose();
  }
}
