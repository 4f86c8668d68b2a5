import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type NativeBuild, tensorflowVersion } from './tensorflowRelease.ts';

/** What decides where the engine lies; `process` for real use. */
export interface Host {
  platform: string;
  arch: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** Where an installed native engine keeps its parts, all below one folder that is moved into place at once. */
export interface NativeLayout {
  build: NativeBuild;
  /** The engine's folder, `<cache>/engine/<TensorFlow version>-<platform>-<arch>`, with `-gpu` behind it for that build. */
  folder: string;
  /** TensorFlow's libraries. */
  libraries: string;
  /**
   * CUDA's libraries, all in one of the folders in which TensorFlow's look for them. Left where their packages have them, cuSOLVER
   * is not found by TensorFlow 2.21, nor NVRTC by cuDNN; and each looks beside itself.
   */
  cuda: string;
  include: string;
  /** Addons are named by their content (`tfjs_binding-<12 hex>.node`), so that two versions of Upsize do not quarrel. */
  addons: string;
  /** Written last: what was installed, with sizes. An engine without it is half installed. */
  record: string;
  /** Downloads and unfinished installs of any version. */
  partial: string;
}

/**
 * The user's cache folder for Upsize: `UPSIZE_CACHE`, else the platform's own (XDG_CACHE_HOME, ~/Library/Caches,
 * LOCALAPPDATA). Relative settings are ignored, as the XDG base directory specification asks.
 */
export function upsizeCacheFolder(host: Host = process): string {
  const absolute = (path: string | undefined) => (path !== undefined && isAbsolute(path) ? path : undefined);
  const own = absolute(host.env.UPSIZE_CACHE);
  if (own !== undefined) return own;
  const home = homedir();
  if (host.platform === 'darwin') return join(home, 'Library', 'Caches', 'upsize');
  if (host.platform === 'win32') {
    return join(absolute(host.env.LOCALAPPDATA) ?? join(home, 'AppData', 'Local'), 'upsize', 'cache');
  }
  return join(absolute(host.env.XDG_CACHE_HOME) ?? join(home, '.cache'), 'upsize');
}

/** Where a build of the native engine of this TensorFlow version lies, whether it is installed or not. */
export function nativeLayout(host: Host = process, build: NativeBuild = 'cpu'): NativeLayout {
  const engines = join(upsizeCacheFolder(host), 'engine');
  const name = `${tensorflowVersion}-${host.platform}-${host.arch}`;
  return nativeLayoutIn(join(engines, build === 'gpu' ? `${name}-gpu` : name), join(engines, 'partial'), build);
}

/** The same layout below another folder: an engine is put together there before it is moved into place. */
export function nativeLayoutIn(folder: string, partial: string, build: NativeBuild): NativeLayout {
  return {
    build,
    folder,
    libraries: join(folder, 'lib'),
    cuda: join(folder, 'nvidia', 'cuda_runtime', 'lib'),
    include: join(folder, 'include'),
    addons: join(folder, 'addon'),
    record: join(folder, 'installed.json'),
    partial,
  };
}
