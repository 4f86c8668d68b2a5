import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { engineWheels } from '../../trainer/engine/tensorflowRelease.ts';
import { runLogged } from '../runLogged.ts';
import { copyRuntimePackages } from './runtimePackages.ts';

const mostBytes = 30_000_000;

/** The platforms that Upsize is packaged for, in VS Code's words. */
export const vsixTargets = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'win32-x64'];

export interface PackageOptions {
  /** Folder of the checkout. */
  root: string;
  /** `linux-x64` and the like. */
  target: string;
  /** A folder that does not exist yet. */
  scratch: string;
  /** Instead of the one in package.json; tests update from one to the next. */
  version?: string;
  /** Folder for the VSIX; default: the checkout's. */
  out?: string;
}

/** Builds the VSIX of one platform. Throws when it would be larger than 30 MB. */
export async function packageVsix(options: PackageOptions): Promise<{ file: string; bytes: number }> {
  const { root, target, scratch, out = root } = options;
  mkdirSync(scratch, { recursive: true });
  const version = writeManifest(root, scratch, options.version);
  const dist = path.join(scratch, 'dist');
  await runLogged({
    file: process.execPath,
    args: ['esbuild.mjs', '--production', `--outdir=${dist}`],
    cwd: root,
    timeoutMs: 300_000,
  });
  // Beside what is packaged, not in it.
  await copyRuntimePackages(root, dist, { platform: target, scratch: `${scratch}-packages` });
  copyAddon(dist, target);
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore']) {
    if (existsSync(path.join(root, name))) cpSync(path.join(root, name), path.join(scratch, name));
  }
  cpSync(path.join(root, 'extension', 'media'), path.join(scratch, 'extension', 'media'), { recursive: true });
  mkdirSync(out, { recursive: true });
  const file = path.join(out, `upsize-${target}-${version}.vsix`);
  await runLogged({
    file: process.execPath,
    args: [
      path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce'),
      'package',
      '--target',
      target,
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      file,
    ],
    cwd: scratch,
    timeoutMs: 300_000,
  });
  const bytes = statSync(file).size;
  if (bytes > mostBytes)
    throw new Error(`${file}: ${(bytes / 1e6).toFixed(1)} MB; a VSIX of Upsize is at most ${mostBytes / 1e6} MB.`);
  return { file, bytes };
}

const manifestSchema = z.looseObject({ version: z.string() });

/** package.json as it ships: what only a checkout needs is left out, since all packages are in the bundles. */
function writeManifest(root: string, scratch: string, version: string | undefined): string {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
  const { scripts: _scripts, dependencies: _dependencies, devDependencies: _development, ...shipped } = manifest;
  const text = JSON.stringify({ ...shipped, version: version ?? manifest.version }, null, 2);
  writeFileSync(path.join(scratch, 'package.json'), `${text}\n`);
  return version ?? manifest.version;
}

/**
 * The addon of the native engine, which an install of TensorFlow is joined to: of UPSIZE_ADDONS, a folder with
 * `<target>/tfjs_binding.node` for each, else as this machine's clone built it. No registry has it, and only its own platform
 * can build it.
 */
function copyAddon(dist: string, target: string): void {
  const addons = process.env['UPSIZE_ADDONS'];
  const given = addons === undefined ? undefined : path.join(addons, target, 'tfjs_binding.node');
  const addon = given !== undefined && existsSync(given) ? given : builtAddon(target);
  if (addon === undefined) {
    const [os = '', cpu = ''] = target.split('-');
    const wheels = engineWheels(os, cpu);
    const why =
      'unsupported' in wheels
        ? 'there is none for it'
        : `none was built for it here; UPSIZE_ADDONS names a folder with ${target}/tfjs_binding.node`;
    console.warn(
      `upsize: the VSIX for ${target} has the WASM engine only, without the addon of the native one: ${why}.`,
    );
    return;
  }
  const folder = path.join(dist, 'native', target);
  mkdirSync(folder, { recursive: true });
  cpSync(addon, path.join(folder, 'tfjs_binding.node'));
}

/** The newest addon in the user's engine cache, where that is of this platform. */
function builtAddon(target: string): string | undefined {
  if (target !== `${process.platform}-${process.arch}`) return undefined;
  const caches =
    process.env['UPSIZE_CACHE'] ??
    path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'upsize');
  const engines = path.join(caches, 'engine');
  if (!existsSync(engines)) return undefined;
  const folders = readdirSync(engines).filter((name) => name.endsWith(`-${target}`));
  const addons = folders
    .map((name) => path.join(engines, name, 'addon'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((file) => file.endsWith('.node'));
  return addons.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}
