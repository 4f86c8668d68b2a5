import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { replaceFileSync } from '../../protocol/replaceFile.ts';
import { type Host, type NativeLayout, nativeLayout, nativeLayoutIn } from '../engineCache.ts';
import { checkInstalled, type InstalledRecord, placeAddon, shippedAddon } from '../native/nativeParts.ts';
import {
  type EngineWheel,
  engineWheels,
  type NativeBuild,
  neededBytes,
  pinnedWheels,
  tensorflowVersion,
} from '../tensorflowRelease.ts';
import { addonRecipe, addonSources, buildAddon } from './buildAddon.ts';
import { downloadWheel, sha256OfFile } from './downloadWheel.ts';
import { extractWheel } from './extractWheel.ts';
import { withInstallLock } from './installLock.ts';
import type { OnInstallProgress } from './installProgress.ts';

export interface InstallOptions {
  onProgress?: OnInstallProgress;
  /** Cancels the install; what was downloaded in full is kept for the next one. */
  signal?: AbortSignal;
  /** A prebuilt addon; absent: the one shipped beside the bundle, else a clone builds it. */
  addonPath?: string;
  /** Absent: the build for the processor. */
  build?: NativeBuild;
  host?: Host;
  /** What to install; absent: what is pinned for build and host. */
  wheels?: readonly EngineWheel[];
  /** How to call pip, in the order to try; absent: the usual names. */
  pip?: readonly (readonly string[])[];
  /** How the addon is made; absent: the shipped one, else built. */
  makeAddon?: MakeAddon;
}

/** Puts an addon into an engine's folder, and settles with its path. */
type MakeAddon = (layout: NativeLayout, signal?: AbortSignal) => Promise<string>;

/** Why no engine can be installed here at all, so that nothing is downloaded for it and trying again is no use. */
export class NoEngineHere extends Error {}

/**
 * Installs a build of the native engine into the user's cache unless it is there already: TensorFlow's libraries, and for GPUs
 * CUDA's, out of pinned wheels from PyPI, and the addon that joins them to Node. Everything is put together in a folder of its own and moved
 * into place at once, so an interrupted install leaves nothing half done, and two at once do not disturb each other.
 *
 * @returns whether it was installed now, and where.
 * @throws NoEngineHere before anything is downloaded; else an Error that says what failed and what to do. Nothing is left in
 * place then.
 */
export async function installNativeEngine(
  options: InstallOptions = {},
): Promise<{ installed: boolean; folder: string }> {
  const host = options.host ?? process;
  const onProgress = options.onProgress ?? (() => undefined);
  const wheels = options.wheels ?? engineWheels(host.platform, host.arch, options.build);
  if ('unsupported' in wheels) throw new NoEngineHere(wheels.unsupported);
  const layout = nativeLayout(host, options.build);
  if (isComplete(layout)) return { installed: false, folder: layout.folder };
  const makeAddon = addonMaker({ ...options, host });
  try {
    mkdirSync(layout.partial, { recursive: true });
  } catch (error) {
    throw new Error(
      `${layout.partial}: the engine's cache folder cannot be made (${String(error)}). Set UPSIZE_CACHE to a folder that can be written to.`,
      { cause: error },
    );
  }
  return await withInstallLock(
    join(layout.partial, 'lock'),
    {
      signal: options.signal,
      onWait: (owner) => onProgress({ phase: 'waiting', message: `Waiting for another install (${owner})` }),
    },
    async () => {
      if (isComplete(layout)) return { installed: false, folder: layout.folder };
      const checked = checkInstalled(layout);
      if ('record' in checked) await renewAddon(layout, checked.record, { ...options, makeAddon, onProgress });
      else await installLocked(layout, wheels, { ...options, makeAddon, onProgress });
      onProgress({ phase: 'done', message: `TensorFlow ${tensorflowVersion} is installed in ${layout.folder}` });
      return { installed: true, folder: layout.folder };
    },
  );
}

/** True when nothing is left to install: libraries, and the addon shipped or built from the sources of now. */
export function isComplete(layout: NativeLayout = nativeLayout()): boolean {
  const checked = checkInstalled(layout);
  if ('fault' in checked) return false;
  if (shippedAddon() !== undefined) return true;
  const { addon, addonSources: builtFrom } = checked.record;
  const isThere = addon !== undefined && existsSync(join(layout.addons, basename(addon)));
  return isThere && [undefined, builtFrom].includes(addonSources());
}

/** Makes the addon anew where a clone's sources of it have changed, or where it is missing; the libraries stay. */
async function renewAddon(
  layout: NativeLayout,
  record: InstalledRecord,
  options: InstallOptions & { onProgress: OnInstallProgress; makeAddon: MakeAddon },
): Promise<void> {
  options.onProgress({ phase: 'building', message: 'Preparing the addon' });
  const addon = await options.makeAddon(layout, options.signal);
  const renewed: InstalledRecord = { ...record, addon: basename(addon), addonSources: addonSources() };
  replaceFileSync(layout.record, JSON.stringify(renewed, null, 2));
}

async function installLocked(
  layout: NativeLayout,
  wheels: readonly EngineWheel[],
  options: InstallOptions & { onProgress: OnInstallProgress; makeAddon: MakeAddon },
): Promise<void> {
  const { onProgress, signal } = options;
  removeLeftovers(layout, wheels);
  checkSpace(layout, wheels);
  const work = join(layout.partial, `${process.pid}-${Date.now()}`);
  mkdirSync(work, { recursive: true });
  try {
    const obtained: { wheel: EngineWheel; path: string }[] = [];
    for (const wheel of wheels) obtained.push({ wheel, path: await obtainWheel(layout, wheel, work, options) });
    const staged = nativeLayoutIn(join(work, 'engine'), layout.partial, layout.build);
    onProgress({ phase: 'extracting', message: 'Extracting TensorFlow' });
    const libraries: InstalledRecord['libraries'] = [];
    for (const { wheel, path } of obtained) {
      libraries.push(...(await extractWheel(path, wheel, staged, { onProgress, signal })));
    }
    onProgress({ phase: 'building', message: 'Preparing the addon' });
    const addon = await options.makeAddon(staged, signal);
    const record: InstalledRecord = {
      version: 1,
      tensorflow: tensorflowVersion,
      wheelSha256: wheels[0]?.sha256 ?? '',
      libraries,
      addon: basename(addon),
      addonSources: addonSources(),
      installedAt: new Date().toISOString(),
    };
    writeFileSync(staged.record, JSON.stringify(record, null, 2));
    signal?.throwIfAborted();
    moveIntoPlace(staged, layout, work);
    for (const { path } of obtained) rmSync(path, { force: true });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Throws where the disk has not the space for what is still to be downloaded and extracted. */
function checkSpace(layout: NativeLayout, wheels: readonly EngineWheel[]): void {
  const kept = wheels.filter(({ fileName }) => existsSync(join(layout.partial, fileName)));
  const needed = neededBytes[layout.build] - kept.reduce((sum, { bytes }) => sum + bytes, 0);
  const { bavail, bsize } = statfsSync(layout.partial);
  if (bavail * bsize >= needed) return;
  throw new Error(
    `${layout.partial}: ${gigabytes(bavail * bsize)} free, and the native engine needs ${gigabytes(needed)} while it is installed. ` +
      'Free some space, or set UPSIZE_CACHE to a folder on a larger disk.',
  );
}

/** A wheel that an earlier, interrupted install downloaded in full, else a fresh download, kept until all are installed. */
async function obtainWheel(
  layout: NativeLayout,
  wheel: EngineWheel,
  work: string,
  options: InstallOptions & { onProgress: OnInstallProgress },
): Promise<string> {
  const kept = join(layout.partial, wheel.fileName);
  if (existsSync(kept)) {
    try {
      await checkWheel(kept, wheel, options.onProgress, options.signal);
      return kept;
    } catch {
      options.signal?.throwIfAborted();
      rmSync(kept, { force: true });
    }
  }
  const downloaded = await downloadWheel(wheel, work, {
    onProgress: options.onProgress,
    signal: options.signal,
    ...(options.pip ? { pip: options.pip } : {}),
  });
  renameSync(downloaded, kept);
  return kept;
}

async function checkWheel(
  path: string,
  wheel: EngineWheel,
  onProgress: OnInstallProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  onProgress({ phase: 'checking', message: `Checking ${basename(path)}` });
  const digest = await sha256OfFile(path, signal);
  if (digest !== wheel.sha256) {
    throw new Error(`${path}: its SHA-256 is ${digest}, not that of ${wheel.fileName} (${wheel.sha256}).`);
  }
}

/** How the addon comes into an engine's folder: given, shipped or built. Throws NoEngineHere where it can be none of them. */
function addonMaker(options: InstallOptions & { host: Host }): MakeAddon {
  const { host } = options;
  const shipped = options.addonPath ?? shippedAddon(host);
  if (shipped !== undefined) return (layout) => Promise.resolve(placeAddon(layout, shipped));
  const recipe = addonRecipe();
  const make = options.makeAddon ?? (recipe && ((...given) => buildAddon(recipe, ...given)));
  if (!make) {
    throw new NoEngineHere(
      `This installation of Upsize ships no addon for ${host.platform}-${host.arch}, and only a clone of the repository can build one. The WASM engine works here as it is.`,
    );
  }
  return async (layout, signal) => {
    const built = await make(layout, signal);
    const placed = placeAddon(layout, built);
    rmSync(built, { force: true });
    return placed;
  };
}

function moveIntoPlace(staged: NativeLayout, layout: NativeLayout, work: string): void {
  mkdirSync(dirname(layout.folder), { recursive: true });
  try {
    renameSync(staged.folder, layout.folder);
  } catch (error) {
    // Something lies there: a complete engine from an install that did not wait for us, or a damaged one.
    if (isComplete(layout)) return;
    try {
      renameSync(layout.folder, join(work, 'replaced'));
      renameSync(staged.folder, layout.folder);
    } catch {
      throw new Error(`${layout.folder}: cannot be replaced (${String(error)}). Remove it and try again.`, {
        cause: error,
      });
    }
  }
}

/**
 * Removes what killed installs left but for wheels that they downloaded in full, for this build or the other: with the lock held,
 * nobody else is at work in the partial folder.
 */
function removeLeftovers(layout: NativeLayout, wheels: readonly EngineWheel[]): void {
  const kept = new Set([...wheels, ...pinnedWheels].map(({ fileName }) => fileName));
  for (const name of readdirSync(layout.partial)) {
    if (!name.startsWith('lock') && !kept.has(name))
      rmSync(join(layout.partial, name), { recursive: true, force: true });
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
