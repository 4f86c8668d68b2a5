// Bundles what ships into dist/: the extension, the trainer (one file: command line, child process, worker and predictor)
// and one script and style sheet for each webview. `--watch` rebuilds on change, `--production` minifies.
import { build, context } from 'esbuild';
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const root = import.meta.dirname;
// `--outdir=DIR`: a package is built aside, so that what runs from dist/ goes on.
const outdir = process.argv.find((argument) => argument.startsWith('--outdir='))?.slice('--outdir='.length);
const dist = path.resolve(root, outdir ?? 'dist');
const packageJson = (await import('./package.json', { with: { type: 'json' } })).default;

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  define: { 'globalThis.UPSIZE_VERSION': JSON.stringify(packageJson.version) },
};
const node = {
  ...shared,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  // Its main file is UMD, whose inner requires a bundler does not see.
  alias: { 'jsonc-parser': './node_modules/jsonc-parser/lib/esm/main.js' },
};

const bundles = [
  {
    ...node,
    entryPoints: { trainer: 'trainer/main.ts' },
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    // sharp has native parts of its own and is shipped as a package beside the bundle.
    external: ['sharp'],
    banner: { js: "#!/usr/bin/env node\nconst bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { ...shared.define, 'import.meta.url': 'bundleUrl' },
    // Where there is no import.meta the sources ask for __dirname.
    logOverride: { 'empty-import-meta': 'silent' },
  },
  {
    ...node,
    entryPoints: { extension: 'extension/extension.ts' },
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
  },
  {
    ...node,
    format: 'esm',
    entryPoints: { makeSample: 'samples/makeSample.ts', paintWorker: 'samples/paintWorker.ts' },
    outdir: dist,
    external: ['sharp'],
    // CommonJS packages within the bundle ask for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  },
  {
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: Object.fromEntries(
      globSync('webviews/*/main.tsx', { cwd: root }).map((file) => [path.basename(path.dirname(file)), file]),
    ),
    outdir: path.join(dist, 'webviews'),
    loader: { '.ttf': 'file' },
  },
].filter(({ entryPoints }) => {
  const files = Object.values(entryPoints);
  return files.length > 0 && files.every((file) => existsSync(path.join(root, file)));
});

mkdirSync(dist, { recursive: true });
const wasmPackage = path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
mkdirSync(path.join(dist, 'wasm'), { recursive: true });
for (const file of readdirSync(wasmPackage).filter((name) => name.endsWith('.wasm'))) {
  cpSync(path.join(wasmPackage, file), path.join(dist, 'wasm', file));
}

// What completes and explains upsize.json in the editor.
const { configSchema } = await import('./trainer/protocol/config.ts');
const { toJSONSchema } = await import('zod');
writeFileSync(path.join(dist, 'upsize.schema.json'), JSON.stringify(toJSONSchema(configSchema, { io: 'input' })));

if (watch) {
  for (const options of bundles) await (await context(options)).watch();
} else {
  await Promise.all(bundles.map((options) => build(options)));
  if (existsSync(path.join(dist, 'trainer.cjs'))) chmodSync(path.join(dist, 'trainer.cjs'), 0o755);
}

// `npx upsize` in a clone: npm links commands of dependencies only, not of the package itself.
const link = path.join(root, 'node_modules', '.bin', 'upsize');
if (process.platform !== 'win32' && !existsSync(link)) {
  try {
    symlinkSync('../../scripts/upsize.mjs', link);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}
