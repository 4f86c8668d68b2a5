import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeFolder, runsFromSource } from '../codeFolder.ts';
import type { NativeLayout } from '../engineCache.ts';
import { runTool } from './runTool.ts';

/** Digest of what a clone builds its addon from; undefined where there is no clone to build it. */
export function addonSources(): string | undefined {
  if (!runsFromSource() || !existsSync(recipe())) return undefined;
  const hash = createHash('sha256');
  for (const name of readdirSync(recipe()).sort()) hash.update(name).update(readFileSync(join(recipe(), name)));
  return hash.digest('hex');
}

function recipe(): string {
  return join(codeFolder(), '..', '..', 'scripts', 'nativeAddon');
}

/**
 * Builds the addon into an engine folder with the repository's own script and returns its path. Only a clone can: an
 * installed extension ships the addon prebuilt.
 *
 * @throws Error with the compiler's words when it cannot be built.
 */
export async function buildAddon(layout: NativeLayout, signal?: AbortSignal): Promise<string> {
  const script = join(recipe(), 'build.mjs');
  if (!runsFromSource() || !existsSync(script)) {
    throw new Error(
      `This installation of Upsize ships no addon for ${process.platform}-${process.arch}, and only a clone of the repository can build one.`,
    );
  }
  const target = join(layout.addons, 'tfjs_binding.node');
  const result = await runTool(
    process.execPath,
    [script, '--include', layout.include, '--lib', layout.libraries, '--out', target],
    { signal, env: { ELECTRON_RUN_AS_NODE: '1' } },
  );
  if (result.status !== 0) {
    throw new Error(`The addon that joins Node to TensorFlow could not be built.\n${result.stderr.trim()}`);
  }
  return target;
}
