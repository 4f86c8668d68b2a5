import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };
import { configShape } from '../trainer/protocol/configShape.ts';

const root = path.dirname(import.meta.dirname);

export interface BundleSettings {
  /** Minified and without source maps, as it ships. */
  production: boolean;
  /** Absolute path of the folder for what is built. */
  dist: string;
}

function shared({ production, dist }: BundleSettings) {
  return {
    absWorkingDir: root,
    bundle: true,
    minify: production,
    sourcemap: production ? false : 'linked',
    logLevel: 'warning',
    define: { 'globalThis.UPSIZE_VERSION': JSON.stringify(packageJson.version) },
    outdir: dist,
  } satisfies BuildOptions;
}

function node(settings: BundleSettings) {
  return {
    ...shared(settings),
    platform: 'node',
    target: 'node22',
    // Its main file is UMD, whose inner requires a bundler does not see.
    alias: { 'jsonc-parser': './node_modules/jsonc-parser/lib/esm/main.js' },
  } satisfies BuildOptions;
}

// CommonJS packages within an ES module ask for Node's own modules.
const requireForEsm = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);";

/** Leaves out what zod writes JSON Schemas with, 20 KB that each schema would bring along: the one shape that is needed is written out. */
export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup(builds) {
    builds.onLoad(
      { filter: /zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/ },
      ({ path: file }) => {
        const names = [...readFileSync(file, 'utf8').matchAll(/^export (?:function|const) (\w+)/gm)].map(
          (found) => found[1],
        );
        const leftOut =
          "const leftOut = () => () => { throw new Error('JSON Schemas are left out of this bundle.'); };";
        return { contents: [leftOut, ...names.map((name) => `export const ${name} = leftOut;`)].join('\n') };
      },
    );
    builds.onLoad({ filter: /trainer[\\/]protocol[\\/]configShape\.ts$/ }, () => ({
      contents: `const shape = ${JSON.stringify(configShape())};\nexport const configShape = () => shape;`,
    }));
  },
};

/**
 * The extension, an ES module, so that what is imported when it is needed lies in files of its own beside it: `extension.js` and
 * what that imports is all that activation loads. `recordWorker.js` is the thread that reads evaluations and scans.
 */
export function extensionBundle(settings: BundleSettings) {
  return {
    ...node(settings),
    format: 'esm',
    splitting: true,
    entryPoints: { extension: 'extension/extension.ts', recordWorker: 'extension/panels/records/recordWorker.ts' },
    chunkNames: 'extension/[name]-[hash]',
    external: ['vscode'],
    plugins: [withoutJsonSchema],
    banner: { js: requireForEsm },
  } satisfies BuildOptions;
}

/** The trainer, in one file: command line, child process, worker and predictor. */
function trainerBundle(settings: BundleSettings) {
  const base = node(settings);
  return {
    ...base,
    format: 'cjs',
    entryPoints: { trainer: 'trainer/main.ts' },
    outExtension: { '.js': '.cjs' },
    // sharp has native parts of its own and is shipped as a package beside the bundle.
    external: ['sharp'],
    banner: { js: "#!/usr/bin/env node\nconst bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { ...base.define, 'import.meta.url': 'bundleUrl' },
    // Where there is no import.meta the sources ask for __dirname.
    logOverride: { 'empty-import-meta': 'silent' },
  } satisfies BuildOptions;
}

function sampleBundle(settings: BundleSettings) {
  return {
    ...node(settings),
    format: 'esm',
    entryPoints: { makeSample: 'samples/makeSample.ts', paintWorker: 'samples/paintWorker.ts' },
    external: ['sharp'],
    banner: { js: requireForEsm },
  } satisfies BuildOptions;
}

/** A script and a style sheet for each webview. */
export function webviewBundles(settings: BundleSettings) {
  return {
    ...shared(settings),
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: Object.fromEntries(
      globSync('webviews/*/main.tsx', { cwd: root }).map((file) => [path.basename(path.dirname(file)), file]),
    ),
    outdir: path.join(settings.dist, 'webviews'),
    loader: { '.ttf': 'file' },
  } satisfies BuildOptions;
}

/** All that ships, as esbuild is to make it. */
export function bundles(settings: BundleSettings): BuildOptions[] {
  return [trainerBundle, extensionBundle, sampleBundle, webviewBundles].map((bundle) => bundle(settings));
}
