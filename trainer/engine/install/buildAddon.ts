import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeFolder, runsFromSource } from '../codeFolder.ts';
import type { NativeLayout } from '../engineCache.ts';
import { runTool } from './runTool.ts';

/** Digest of what a clone builds its addon from; undefined where there is no clone to build it. */
export function addonSources(): string | undefined {
  const recipe = addonRecipe();
  if (recipe === undefined) return undefined;
  const hash = createHash('sha256');
  for (const name of readdirSync(recipe).sort()) hash.update(name).update(readFileSync(join(recipe, name)));
  return hash.digest('hex');
}

/**
 * The folder with the repository's own script that builds the addon. Only a clone has it, whether its sources run or the bundle
 * that it made of them; undefined in what was installed, which ships the addon or has none.
 */
export function addonRecipe(): string | undefined {
  const repository = join(codeFolder(), ...(runsFromSource() ? ['..', '..'] : ['..']));
  const folder = join(repository, 'scripts', 'nativeAddon');
  return existsSync(join(folder, 'build.mjs')) ? folder : undefined;
}

/**
 * Builds the addon into an engine folder with the script of a recipe and returns its path.
 *
 * @throws Error with the compiler's words when it cannot be built.
 */
export async function buildAddon(recipe: string, layout: NativeLayout, signal?: AbortSignal): Promise<string> {
  const target = join(layout.addons, 'tfjs_binding.node');
  const result = await runTool(
    process.execPath,
    [join(recipe, 'build.mjs'), '--include', layout.include, '--lib', layout.libraries, '--out', target],
    { signal, env: { ELECTRON_RUN_AS_NODE: '1' } },
  );
  if (result.status !== 0) {
    throw new Error(`The addon that joins Node to TensorFlow could not be built.\n${result.stderr.trim()}`);
  }
  return target;
}
