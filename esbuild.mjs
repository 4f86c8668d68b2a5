// Bundles what ships into dist/: the extension, the trainer (one file: command line, child process, worker and predictor)
// and one script and style sheet for each webview. `--watch` rebuilds on change, `--production` minifies.
import { build, context } from 'esbuild';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundles } from './scripts/bundles.ts';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const root = import.meta.dirname;
// `--outdir=DIR`: a package is built aside, so that what runs from dist/ goes on.
const outdir = process.argv.find((argument) => argument.startsWith('--outdir='))?.slice('--outdir='.length);
const dist = path.resolve(root, outdir ?? 'dist');
const options = bundles({ production, dist });

mkdirSync(dist, { recursive: true });
// The names of the extension's parts carry a hash: those of an earlier build would stay.
rmSync(path.join(dist, 'extension'), { recursive: true, force: true });
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
  for (const each of options) await (await context(each)).watch();
} else {
  await Promise.all(options.map((each) => build(each)));
  if (existsSync(path.join(dist, 'trainer.cjs'))) chmodSync(path.join(dist, 'trainer.cjs'), 0o755);
}
