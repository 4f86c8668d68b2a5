import { readdirSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import * as vscode from 'vscode';

const testTimeoutMs = 120_000;

/**
 * What VS Code calls as `extensionTestsPath`: runs the bundled suites beside this file inside the extension host.
 * `UPSIZE_VSCODE_SUITES` names the ones wanted (`activation,runs`), else all. Throws when a test fails.
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  print(
    `VS Code ${vscode.version} (${vscode.env.appName}, ${vscode.env.remoteName ?? 'local'}), Node ${process.version}`,
  );
  const { default: Mocha } = await import('mocha');
  // VS Code's console cannot be replaced, the reporters' can.
  Object.assign(Mocha.reporters.Base, { consoleLog: print });
  const summaryFile = process.env['UPSIZE_TEST_SUMMARY'];
  const reporter = summaryFile === undefined ? 'spec' : (await import('../../../scripts/summaryReporter.cjs')).default;
  const mocha = new Mocha({ ui: 'bdd', timeout: testTimeoutMs, reporter, color: false });
  const wanted = process.env['UPSIZE_VSCODE_SUITES']?.split(',');
  for (const name of readdirSync(import.meta.dirname).sort()) {
    const suite = /^(.*)\.test\.cjs$/.exec(name)?.[1];
    if (suite !== undefined && (wanted?.includes(suite) ?? true)) mocha.addFile(path.join(import.meta.dirname, name));
  }
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} VS Code test${failures === 1 ? '' : 's'} failed.`);
}

/** VS Code logs much of its own: the launcher prints the lines that begin with this mark and keeps the rest aside. */
function print(...parts: unknown[]): void {
  for (const line of format(...parts).split('\n')) console.log(`[tests] ${line}`);
}
