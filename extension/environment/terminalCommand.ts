import path from 'node:path';
import * as vscode from 'vscode';
import { replaceFileSync } from '../../trainer/protocol/replaceFile.ts';
import type { NodeCommand } from '../trainer/runCommandLine.ts';
import type { UpsizeContext } from '../upsizeContext.ts';

/**
 * Puts `upsize` on the PATH of VS Code's terminals: a small script that runs the trainer of this extension, in VS Code's own Node
 * and, as soon as it is known, in the one that the extension runs it with; with the engine of the setting.
 */
export function registerTerminalCommand({ extension, trainer, log }: UpsizeContext): vscode.Disposable[] {
  const variables = extension.environmentVariableCollection;
  variables.description = 'Puts the command upsize on the PATH, with the engine of the setting upsize.engine';
  const folder = path.join(extension.globalStorageUri.fsPath, 'bin');
  const write = (node: NodeCommand) => {
    try {
      writeScripts(folder, node, trainer.entry);
      variables.prepend('PATH', `${folder}${path.delimiter}`);
    } catch (error) {
      // The command line in terminals is a convenience; without it all else works.
      log.warn(`upsize is not on the PATH of terminals: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const isElectron = 'electron' in process.versions;
  write({ file: process.execPath, environment: isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {} });
  trainer.onDidChooseNode(write);
  const sayEngine = () => {
    const [engine] = Object.entries(trainer.engineEnvironment);
    if (engine) variables.replace(...engine);
    else variables.delete('UPSIZE_ENGINE');
  };
  sayEngine();
  return [
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('upsize.engine') && sayEngine()),
  ];
}

/** For a POSIX shell and for Windows' one. Each is replaced as a whole: a terminal of another window may be starting it. */
function writeScripts(folder: string, { file, environment }: NodeCommand, entry: string): void {
  const variables = Object.entries(environment);
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const set = variables.map(([name, value]) => `${name}=${quoted(value)} `).join('');
  const script = `#!/bin/sh\n${set}exec ${quoted(file)} ${quoted(entry)} "$@"\n`;
  replaceFileSync(path.join(folder, 'upsize'), script, { makeFolder: true, mode: 0o755 });
  const setOnWindows = variables.map(([name, value]) => `set ${name}=${value}\r\n`).join('');
  replaceFileSync(path.join(folder, 'upsize.cmd'), `@echo off\r\n${setOnWindows}"${file}" "${entry}" %*\r\n`);
}
