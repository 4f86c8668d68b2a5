import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { codeFolder } from '../codeFolder.ts';
import { replaceFileSync } from '../../protocol/replaceFile.ts';
import { type Host, type NativeLayout, nativeLayout } from '../engineCache.ts';
import { engineWheels, installAdvice, type NativeBuild, tensorflowVersion } from '../tensorflowRelease.ts';

/** `installed.json` of an engine folder: what lies in it. Written last, so its absence means half installed. */
export const installedRecord = z.object({
  version: z.literal(1),
  tensorflow: z.literal(tensorflowVersion),
  /** Of the wheel with TensorFlow. */
  wheelSha256: z.string(),
  /** By their paths from the folder of TensorFlow's. */
  libraries: z.array(z.object({ name: z.string(), bytes: z.number().int().positive() })).min(1),
  /** File name in the addon folder of the addon that was built for a clone; absent where a prebuilt one is shipped. */
  addon: z.string().optional(),
  /** Digest of what that addon was built from (`addonSources`). */
  addonSources: z.string().optional(),
  installedAt: z.string(),
});
export type InstalledRecord = z.infer<typeof installedRecord>;

/** The native engine's files as found on this machine, or why it cannot be used and what to do. */
export type NativeParts =
  { found: true; layout: NativeLayout; addon: string } | { found: false; reason: string; unsupported: boolean };

/** Reads an engine folder's record and checks the libraries against it by size. Gives the fault as a sentence. */
export function checkInstalled(layout: NativeLayout): { record: InstalledRecord } | { fault: string } {
  const advice = installAdvice[layout.build];
  const what = layout.build === 'gpu' ? 'the engine for GPUs' : 'the native engine';
  if (!existsSync(layout.folder)) return { fault: `T${what.slice(1)} is not installed. ${advice}` };
  let record: InstalledRecord;
  try {
    record = installedRecord.parse(JSON.parse(readFileSync(layout.record, 'utf8')));
  } catch {
    return { fault: `${layout.folder}: ${what} is only half installed. ${advice}` };
  }
  for (const { name, bytes } of record.libraries) {
    const size = statSync(join(layout.libraries, name), { throwIfNoEntry: false })?.size ?? 0;
    if (size !== bytes) {
      return {
        fault: `${join(layout.libraries, name)}: ${size} bytes where ${bytes} belong. ${advice}`,
      };
    }
  }
  return { record };
}

/** Where a prebuilt addon is shipped: beside the bundle, by platform. */
export function shippedAddon(host: Host = process): string | undefined {
  const path = join(codeFolder(), 'native', `${host.platform}-${host.arch}`, 'tfjs_binding.node');
  return existsSync(path) ? path : undefined;
}

/**
 * Copies an addon into the engine's folder, named by its content, and returns the copy's path. It must lie there because
 * it finds TensorFlow's libraries by a path relative to its own. Safe with several processes at once.
 */
export function placeAddon(layout: NativeLayout, source: string): string {
  const addon = readFileSync(source);
  const digest = createHash('sha256').update(addon).digest('hex');
  const target = join(layout.addons, `tfjs_binding-${digest.slice(0, 12)}.node`);
  if (existsSync(target) && createHash('sha256').update(readFileSync(target)).digest('hex') === digest) return target;
  replaceFileSync(target, addon, { makeFolder: true, mode: statSync(source).mode & 0o777 });
  return target;
}

/**
 * Finds the native engine: the libraries in the user's cache and an addon for them (`addonPath`, else the one shipped
 * beside the bundle, else the one that a clone built into the cache). With `gpu` the build for GPUs goes before that for the
 * processor, else the other way about: each can compute on the processor. The reason where there is none is that of the one for
 * the processor.
 */
export function findNativeParts(
  options: { addonPath?: string | undefined; host?: Host; gpu?: boolean | undefined } = {},
): NativeParts {
  const parts = (build: NativeBuild) => findBuild(build, options);
  const first = parts(options.gpu ? 'gpu' : 'cpu');
  if (first.found) return first;
  const second = parts(options.gpu ? 'cpu' : 'gpu');
  return second.found || options.gpu ? second : first;
}

/** One build of the native engine, as it was found on this machine. */
export function findBuild(
  build: NativeBuild,
  options: { addonPath?: string | undefined; host?: Host } = {},
): NativeParts {
  const host = options.host ?? process;
  const wheels = engineWheels(host.platform, host.arch, build);
  if ('unsupported' in wheels) return { found: false, reason: wheels.unsupported, unsupported: true };
  const layout = nativeLayout(host, build);
  const missing = (reason: string): NativeParts => ({ found: false, reason, unsupported: false });
  const checked = checkInstalled(layout);
  if ('fault' in checked) return missing(checked.fault);
  const source = options.addonPath ?? shippedAddon(host);
  if (source !== undefined) {
    try {
      return { found: true, layout, addon: placeAddon(layout, source) };
    } catch (error) {
      return missing(`${source}: the addon could not be copied to ${layout.addons} (${String(error)}).`);
    }
  }
  const built = checked.record.addon === undefined ? undefined : join(layout.addons, basename(checked.record.addon));
  if (built !== undefined && existsSync(built)) return { found: true, layout, addon: built };
  return missing(`${layout.addons}: the addon that joins Node to TensorFlow is missing. ${installAdvice[build]}`);
}
