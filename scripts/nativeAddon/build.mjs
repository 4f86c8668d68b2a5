// Builds tfjs-node's addon: node scripts/nativeAddon/build.mjs --include DIR --lib DIR --out FILE
// Only a clone does this (an installed extension ships the result). Needs a C++17 compiler, make and Python 3.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodePackage, toolsDirectory } from '../suitableNode.mjs';

const { values } = parseArgs({
  options: { include: { type: 'string' }, lib: { type: 'string' }, out: { type: 'string' } },
});
if (!values.include || !values.lib || !values.out) {
  console.error('Usage: build.mjs --include DIR --lib DIR --out FILE');
  process.exit(2);
}

const require = createRequire(import.meta.url);
const binding = join(dirname(require.resolve('@tensorflow/tfjs-node/package.json')), 'binding');

/** Node's headers: beside this Node, in the platform package of the npm package `node`, or where npm was told. */
function headers() {
  const candidates = [
    join(dirname(process.execPath), '..'),
    join(toolsDirectory, 'node_modules', nodePackage.name),
    process.env.npm_config_nodedir,
  ];
  return candidates.find((folder) => folder && existsSync(join(folder, 'include', 'node', 'node_api.h')));
}

/** A Node without its headers beside it, as some distributions have it: npm's platform package of Node brings them. */
function bringHeaders() {
  const node = `${nodePackage.name}@${nodePackage.version}`;
  const flags = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  spawnSync('npm', ['install', '--prefix', toolsDirectory, ...flags, node], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const build = mkdtempSync(join(tmpdir(), 'upsize-addon-'));
try {
  for (const name of ['binding.gyp', 'quietStart.cc']) copyFileSync(join(import.meta.dirname, name), join(build, name));
  cpSync(binding, join(build, 'binding'), { recursive: true });
  const nodedir = headers() ?? (bringHeaders(), headers());
  if (!nodedir)
    throw new Error("Node's headers (include/node/node_api.h) are not here and could not be brought by npm.");
  const arguments_ = [
    require.resolve('node-gyp/bin/node-gyp.js'),
    'rebuild',
    '--loglevel=error',
    `--directory=${build}`,
    `--nodedir=${nodedir}`,
    '--',
    `-Dtensorflow_include_dir=${values.include}`,
    `-Dtensorflow_lib_dir=${values.lib}`,
  ];
  const { status, error, stdout, stderr } = spawnSync(process.execPath, arguments_, { cwd: build, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) {
    console.error(stdout + stderr);
    console.error(
      'The addon could not be built. It needs a C++17 compiler, make and Python 3 (Debian: build-essential python3).',
    );
    process.exit(1);
  }
  mkdirSync(dirname(values.out), { recursive: true });
  copyFileSync(join(build, 'build', 'Release', 'tfjs_binding.node'), values.out);
} finally {
  rmSync(build, { recursive: true, force: true });
}
