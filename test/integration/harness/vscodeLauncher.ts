#!/usr/bin/env node
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureBrowserVscode } from '../../../scripts/vscode/ensureVscode.ts';
import { startCodeServer } from './codeServer.ts';
import { parseLauncherArguments, type LauncherArguments } from './launcherArguments.ts';
import { launchChromium, openWorkbench } from './workbenchBrowser.ts';

// Stands in for desktop VS Code's executable as `runTests({ vscodeExecutablePath })` calls it: same arguments, same exit
// code, but the workbench is served to a headless Chromium.

const deadlineMs = Number(process.env['UPSIZE_VSCODE_DEADLINE_MS'] ?? 20 * 60_000);
const logFile = resolve(process.env['UPSIZE_VSCODE_LOG'] ?? join(tmpdir(), 'upsize-vscode.log'));
const note = (line: string) => console.error(line);

async function runExtensionTests(options: LauncherArguments, scratch: string): Promise<number> {
  const { opened, extensionTestsPath } = options;
  if (extensionTestsPath === undefined) throw new Error('Nothing to run: --extensionTestsPath is missing.');
  const vscode = await ensureBrowserVscode(note);
  const server = await startCodeServer({
    install: vscode,
    userDataDir: resolve(options.userDataDir ?? join(scratch, 'user-data')),
    extensionsDir: resolve(options.extensionsDir ?? join(scratch, 'extensions')),
    trustAll: options.trustAll,
  });
  const browser = await launchChromium(vscode.chromium);
  try {
    const workbench = await openWorkbench(browser, server, {
      ...(opened === undefined
        ? {}
        : { [opened.endsWith('.code-workspace') ? 'workspace' : 'folder']: resolve(opened) }),
      extensionDevelopmentPaths: options.extensionDevelopmentPaths.map((path) => resolve(path)),
      extensionTestsPath: resolve(extensionTestsPath),
      log: printLog,
    });
    return await workbench.exitCode;
  } finally {
    await browser.close();
    server.stop();
  }
}

/** What the tests print is for the reader; what the workbench logs of its own is kept aside, for when something is wrong. */
function printLog(level: string, line: string): void {
  const own = line.indexOf('[tests] ');
  if (own !== -1) console.log(line.slice(own + '[tests] '.length));
  else appendFileSync(logFile, `${new Date().toISOString()} ${level} ${line}\n`);
}

const scratch = mkdtempSync(join(tmpdir(), 'upsize-vscode-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
const deadline = setTimeout(() => {
  note(`The VS Code tests were still running after ${deadlineMs / 1000} s and were ended.`);
  process.exit(1);
}, deadlineMs);

try {
  process.exitCode = await runExtensionTests(parseLauncherArguments(process.argv.slice(2)), scratch);
} catch (error) {
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
} finally {
  clearTimeout(deadline);
}
process.exit();
