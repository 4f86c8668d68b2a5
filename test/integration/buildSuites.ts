import { build } from 'esbuild';
import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { upsizeVersion } from '../../trainer/protocol/upsizeVersion.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Bundles the suites that run inside VS Code's extension host to `dist/test/`, and settles with that folder. */
export async function buildSuites(): Promise<string> {
  const outdir = path.join(root, 'dist', 'test');
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'warning',
    // What asks for it has its answer from `define`.
    logOverride: { 'empty-import-meta': 'silent' },
    entryPoints: globSync('test/integration/suite/*.ts', { cwd: root }),
    outdir,
    outExtension: { '.js': '.cjs' },
    external: ['vscode', 'mocha'],
    define: { 'import.meta.dirname': '__dirname', 'globalThis.UPSIZE_VERSION': JSON.stringify(upsizeVersion) },
  });
  return outdir;
}
