import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type * as vscode from 'vscode';
import type { UpsizeContext } from '../upsizeContext.ts';

/**
 * Puts `upsize` on the PATH of VS Code's terminals: a small script that runs the trainer of this extension, in the Node that
 * the extension runs it with.
 */
export function registerTerminalCommand({ extension, trainer, log }: UpsizeContext): vscode.Disposable[] {
  const variables = extension.environmentVariableCollection;
  variables.description = 'Puts the command upsize on the PATH';
  const folder = path.join(extension.globalStorageUri.fsPath, 'bin');
  try {
    writeScripts(folder, process.execPath, trainer.entry, 'electron' in process.versions);
    variables.prepend('PATH', `${folder}${path.delimiter}`);
  } catch (error) {
    // The command line in terminals is a convenience; without it all else works.
    log.warn(`upsize is not on the PATH of terminals: ${error instanceof Error ? error.message : String(error)}`);
  }
  return [];
}

function writeScripts(folder: string, node: string, entry: string, isElectron: boolean): void {
  mkdirSync(folder, { recursive: true });
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const prefix = isElectron ? 'ELECTRON_RUN_AS_NODE=1 ' : '';
  const script = path.join(folder, 'upsize');
  writeFileSync(script, `#!/bin/sh\n${prefix}exec ${quoted(node)} ${quoted(entry)} "$@"\n`);
  chmodSync(script, 0o755);
  const set = isElectron ? 'set ELECTRON_RUN_AS_NODE=1\r\n' : '';
  writeFileSync(path.join(folder, 'upsize.cmd'), `@echo off\r\n${set}"${node}" "${entry}" %*\r\n`);
}
