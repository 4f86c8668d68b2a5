// `npm run open`: VS Code with Upsize loaded from dist/, on a sample workspace: the desktop program where it can be had,
// else the browser one, whose address is printed. `npm run open -- path/to/folder` opens another folder.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateSample } from '../samples/generate.ts';
import { sampleConfig } from '../samples/sampleConfig.ts';
import { startCodeServer } from '../test/integration/harness/codeServer.ts';
import { ensureVscode } from './vscode/ensureVscode.ts';

const root = path.dirname(import.meta.dirname);
const say = (line: string) => console.log(`upsize: ${line}`);
const walkthrough =
  'Upsize’s icon is in the bar at the left. The first time, with nothing trained yet, its walkthrough opens by itself; later it is in the menu (…) of the Runs view, at Open Walkthrough.';
const [given] = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const folder = given === undefined ? await sampleWorkspace() : path.resolve(given);
const userDataDir = path.join(root, '.tools', 'open', 'user-data');
const extensionsDir = path.join(root, '.tools', 'open', 'extensions');

const vscode = await ensureVscode(say);
if (vscode.kind === 'desktop') {
  const args = [
    folder,
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${userDataDir}`,
    `--extensions-dir=${extensionsDir}`,
  ];
  const child = spawn(vscode.executable, args, { stdio: 'inherit' });
  child.once('error', (error) => {
    console.error(`upsize: ${vscode.executable} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  say(`VS Code opens ${folder}. ${walkthrough}`);
} else {
  installFromHere();
  const server = await startCodeServer({
    install: vscode,
    userDataDir,
    extensionsDir,
    trustAll: false,
    forTests: false,
  });
  const address = server.address({ folder });
  say(`VS Code is at\n\n  ${address}\n`);
  say(`${walkthrough} Ctrl-C ends it; runs go on.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.stop({ keepTrainers: true });
      process.exit(0);
    });
  }
  // The server has its own life; this keeps the process that owns it.
  await new Promise<never>(() => setInterval(() => undefined, 60_000));
}

/** This folder as an installed extension, whatever was said of it in the last session; other installed ones stay. */
function installFromHere(): void {
  mkdirSync(extensionsDir, { recursive: true });
  // VS Code makes its list anew from what lies in the folder.
  rmSync(path.join(extensionsDir, 'extensions.json'), { force: true });
  const link = path.join(extensionsDir, 'upsize.upsize');
  rmSync(link, { force: true });
  symlinkSync(root, link, 'dir');
}

/** The generated fruits and a config in `demo/`, which Git ignores; what is there already stays. */
async function sampleWorkspace(): Promise<string> {
  const directory = path.join(root, 'demo');
  if (!existsSync(path.join(directory, 'photos'))) {
    say('painting the sample pictures (once) …');
    await generateSample({ directory });
  }
  const config = path.join(directory, 'upsize.json');
  if (!existsSync(config)) writeFileSync(config, `${JSON.stringify(sampleConfig, null, 2)}\n`);
  return directory;
}
