import { runTests } from '@vscode/test-electron';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVscode } from '../../scripts/vscode/ensureVscode.ts';
import { buildSuites } from './buildSuites.ts';
import { makeTinyWorkspace } from './harness/tinyDataset.ts';

const root = path.resolve(import.meta.dirname, '../..');
const launcher = path.join(import.meta.dirname, 'harness', 'vscodeLauncher.ts');

/**
 * Runs the suites of `test/integration/suite` in a real VS Code on a workspace folder of their own, with the extension
 * as it lies in `dist/`. Throws when a test fails; what they print goes to standard output.
 */
export async function runVscodeTests(suites?: readonly string[]): Promise<void> {
  const vscode = await ensureVscode((line) => console.log(line));
  const suitesFolder = await buildSuites();
  const scratch = await mkdtemp(path.join(tmpdir(), 'upsize-vscode-'));
  try {
    const workspace = path.join(scratch, 'workspace');
    await makeTinyWorkspace(workspace);
    await runTests({
      vscodeExecutablePath: vscode.kind === 'desktop' ? vscode.executable : launcher,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(suitesFolder, 'index.cjs'),
      extensionTestsEnv: {
        PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
        UPSIZE_NODE: process.execPath,
        ...(suites === undefined || suites.length === 0 ? {} : { UPSIZE_VSCODE_SUITES: suites.join(',') }),
      },
      launchArgs: [
        workspace,
        `--user-data-dir=${path.join(scratch, 'user-data')}`,
        `--extensions-dir=${path.join(scratch, 'extensions')}`,
      ],
    });
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runVscodeTests(process.argv.slice(2));
