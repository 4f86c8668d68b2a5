import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
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
 * Puts what cannot be bundled (sharp has native parts) into `target/node_modules`, for one platform (`linux-x64`), without what
 * only its builders need: from this checkout where that is its platform, else from the registry.
 *
 * @throws Error with npm's words where the registry does not give it.
 */
export async function copyRuntimePackages(
  root: string,
  target: string,
  { platform, scratch }: { platform: string; scratch: string },
): Promise<void> {
  const own = path.join(root, 'node_modules');
  const names = namesFor(platform, own);
  const isHere = names.every((name) => existsSync(path.join(own, name)));
  const from = isHere ? own : await fetchSharp(manifestOf(path.join(own, 'sharp')).version, platform, scratch);
  for (const name of names) copyPackage(path.join(from, name), path.join(target, 'node_modules', name));
}

/** Brings sharp and what it runs on one platform into a folder of its own, and settles with its `node_modules`. */
async function fetchSharp(version: string, platform: string, scratch: string): Promise<string> {
  const folder = path.join(scratch, 'sharp');
  mkdirSync(folder, { recursive: true });
  const [os = '', cpu = ''] = platform.split('-');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--no-package-lock'];
  await runLogged({
    file: 'npm',
    args: [
      'install',
      `sharp@${version}`,
      ...quiet,
      `--os=${os}`,
      `--cpu=${cpu}`,
      // VS Code's own builds for Linux need it too.
      ...(os === 'linux' ? ['--libc=glibc'] : []),
      `--prefix=${folder}`,
    ],
    cwd: folder,
    timeoutMs: 300_000,
  });
  return path.join(folder, 'node_modules');
}

const leftOut = /(^|[\\/])(src|install|include|docs?|tests?|bin|\.github)[\\/]|\.(d\.[cm]?ts|map|md|markdown)$/;

function copyPackage(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (file) => !leftOut.test(path.relative(from, file)),
  });
}
