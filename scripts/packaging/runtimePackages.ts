import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { runLogged } from '../runLogged.ts';

const manifestSchema = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

function manifestOf(folder: string): z.infer<typeof manifestSchema> {
  return manifestSchema.parse(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')));
}

/** The packages of sharp that a platform runs: its code, and libvips as it was built for it. */
function namesFor(platform: string, nodeModules: string): string[] {
  const sharp = manifestOf(path.join(nodeModules, 'sharp'));
  const native = Object.keys(sharp.optionalDependencies).filter((name) => name.endsWith(`-${platform}`));
  return ['sharp', ...Object.keys(sharp.dependencies), ...native];
}

/**
 * Puts what cannot be bundled (sharp has native parts) into `target/node_modules`, for one platform (`linux-x64`): from this
 * checkout where that is its platform, else from the registry.
 */
export async function copyRuntimePackages(root: string, target: string, platform: string): Promise<void> {
  const nodeModules = path.join(root, 'node_modules');
  const names = namesFor(platform, nodeModules);
  const missing = names.filter((name) => !existsSync(path.join(nodeModules, name)));
  if (missing.length === 0) {
    for (const name of names) copyPackage(path.join(nodeModules, name), path.join(target, 'node_modules', name));
    return;
  }
  mkdirSync(target, { recursive: true });
  const { version } = manifestOf(path.join(nodeModules, 'sharp'));
  const [os = '', cpu = ''] = platform.split('-');
  await runLogged({
    file: 'npm',
    args: [
      'install',
      `sharp@${version}`,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--no-package-lock',
      `--os=${os}`,
      `--cpu=${cpu}`,
      `--prefix=${target}`,
    ],
    cwd: target,
    timeoutMs: 300_000,
  });
  rmSync(path.join(target, 'node_modules', '.package-lock.json'), { force: true });
}

const leftOut = /(^|[\\/])(src|install|include|docs?|tests?|bin|\.github)[\\/]|\.(d\.[cm]?ts|map|md|markdown)$/;

/** A package without what only its builders need. */
function copyPackage(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (file) => !leftOut.test(path.relative(from, file)),
  });
}
