// Brings a clone to where `npm test`, `npm run demo` and the others can run: packages, a Node that is new enough, the
// bundles, the native engine. Installs only what is missing, says what it does, can be interrupted and repeated.
// Plain JavaScript for Node >= 20.19, no packages: this is what runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {
  broughtNode,
  broughtNodeMark,
  nodePackage,
  repository,
  suitableNode,
  toolsDirectory,
} from './suitableNode.mjs';

const [task = 'setup', ...taskArguments] = process.argv.slice(2);
const tasks = {
  setup: null,
  build: null,
  demo: ['scripts/demo.ts'],
  test: ['scripts/test.ts'],
  soak: ['scripts/test.ts', '--soak'],
  bench: ['bench/main.ts'],
  experiment: ['bench/experiment/main.ts'],
  open: ['scripts/open.ts'],
  pictures: ['scripts/pictures.ts'],
  package: ['scripts/package.ts'],
};
if (!(task in tasks)) fail(`There is no task "${task}". Tasks: ${Object.keys(tasks).join(', ')}.`);

const started = Date.now();
process.chdir(repository);
const node = ensureNode();
// Whatever the steps start finds the same Node first.
const environment = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
ensurePackages();
ensureCommand();
ensureBuild();
if (task !== 'build') ensureEngine();
if (task === 'setup' || task === 'build') {
  say(`Ready (${((Date.now() - started) / 1000).toFixed(1)} s).`);
} else {
  const { status, signal, error } = spawnSync(node, [...tasks[task], ...taskArguments], {
    stdio: 'inherit',
    env: environment,
  });
  if (error) fail(`${tasks[task][0]} could not be started: ${error.message}`);
  process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}

function say(text) {
  console.log(`upsize: ${text}`);
}

function fail(text) {
  console.error(`upsize: ${text}`);
  process.exit(1);
}

function npm(commandArguments, what) {
  // npm's own script is started with Node, so that no shell is needed on any platform.
  const script = process.env.npm_execpath;
  const [file, all] =
    script?.endsWith('.js') === true
      ? [process.execPath, [script, ...commandArguments]]
      : [process.platform === 'win32' ? 'npm.cmd' : 'npm', commandArguments];
  const { status, error } = spawnSync(file, all, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0) {
    fail(
      `${what} could not be installed (npm ${commandArguments[0]}${error ? `: ${error.message}` : ` ended with ${status}`}). ` +
        'Check the network and run the same command again; what is already there is kept.',
    );
  }
}

/** A Node >= 22.18, as a platform package into .tools/ where this one is older. */
function ensureNode() {
  const there = suitableNode();
  if (there !== null) return there;
  say(
    `Node ${process.version} is older than 22.18; bringing Node ${nodePackage.version} into .tools/ (once, about 45 MB) …`,
  );
  // What an interrupted install left does not run, and npm would take it for whole.
  rmSync(toolsDirectory, { recursive: true, force: true });
  mkdirSync(toolsDirectory, { recursive: true });
  npm(
    [
      'install',
      '--prefix',
      toolsDirectory,
      '--ignore-scripts',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `${nodePackage.name}@${nodePackage.version}`,
    ],
    `Node ${nodePackage.version}`,
  );
  if (spawnSync(broughtNode, ['--version']).status !== 0)
    fail(`There is no Node ${nodePackage.version} that runs here; install Node >= 22.18 and try again.`);
  writeFileSync(broughtNodeMark, nodePackage.version);
  return broughtNode;
}

/** `npm ci` when the lock file is not the one that node_modules was made from. */
function ensurePackages() {
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  const mark = path.join('node_modules', '.upsize-lock');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  say('Installing packages (npm ci, about a minute) …');
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 'The packages');
  writeFileSync(mark, lock);
}

/** `npx upsize` in a clone: npm links the commands of dependencies only, not of the package itself. */
function ensureCommand() {
  const link = path.join('node_modules', '.bin', 'upsize');
  if (process.platform === 'win32' || lstatSync(link, { throwIfNoEntry: false }) !== undefined) return;
  symlinkSync('../../scripts/upsize.mjs', link);
}

/** Builds dist/ when a source is newer than the last build. */
function ensureBuild() {
  const mark = path.join('dist', '.built');
  const sources = ['trainer', 'extension', 'webviews', 'samples']
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => path.join(folder, file)))
    .filter((file) => /\.(ts|tsx|css)$/.test(file))
    .concat('esbuild.mjs', 'scripts/bundles.ts', 'package.json', 'package-lock.json');
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  const count = String(sources.length);
  if (existsSync(mark) && statSync(mark).mtimeMs >= newest && readFileSync(mark, 'utf8') === count) return;
  say('Building dist/ …');
  const { status } = spawnSync(node, ['esbuild.mjs'], { stdio: 'inherit', env: environment });
  if (status !== 0) fail('The build failed; what is wrong stands above.');
  const partial = `${mark}.${process.pid}`;
  writeFileSync(partial, count);
  rmSync(mark, { force: true });
  renameSync(partial, mark);
}

/** The native engine, unless WASM was asked for. Without it everything works, slower: no reason to fail. */
function ensureEngine() {
  if (process.env.UPSIZE_ENGINE === 'wasm') return;
  const { status } = spawnSync(node, ['scripts/ensureEngine.ts'], { stdio: 'inherit', env: environment });
  if (status !== 0) {
    if (process.env.UPSIZE_ENGINE === 'native')
      fail('The native engine was asked for (UPSIZE_ENGINE=native) and cannot be had.');
    say('Carrying on with the WASM engine: everything works, training is many times slower.');
  }
}
