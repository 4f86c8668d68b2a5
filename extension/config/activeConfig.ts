import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../trainer/protocol/config.ts';
import { parseConfig } from '../../trainer/protocol/readConfig.ts';

/** Remembers one text a key over sessions; VS Code's `Memento` is one. */
export interface Memory {
  get(key: string): string | undefined;
  set(key: string, value: string | undefined): void;
}

interface Found {
  /** Absolute path, or null where there is no config. */
  file: string | null;
  /** Changes when the file does, or when it is another. */
  stamp: string;
  config: Config | null;
}

/**
 * The config that training in a workspace folder goes by. It is looked for once and kept until `refresh`: what is asked of it
 * for each of thousands of runs costs no file system call.
 */
export class ActiveConfig {
  readonly #workspace: string;
  readonly #memory: Memory;
  readonly #key: string;
  #found: Found | undefined;

  constructor(workspace: string, memory: Memory) {
    this.#workspace = workspace;
    this.#memory = memory;
    this.#key = `activeConfig:${workspace}`;
  }

  /** Absolute paths of the folder's own configs: `upsize.json` first, then `*.upsize.json` by name. */
  files(): string[] {
    let names: string[];
    try {
      names = readdirSync(this.#workspace);
    } catch {
      return [];
    }
    const own = names.filter((name) => name.endsWith('.upsize.json')).sort();
    return [...(names.includes('upsize.json') ? ['upsize.json'] : []), ...own].map((name) =>
      path.join(this.#workspace, name),
    );
  }

  /** Looks at the disk again. Returns whether there is another config than before, or other content in it. */
  refresh(): boolean {
    const before = this.#found;
    this.#found = this.#find(before);
    return this.#found.stamp !== before?.stamp;
  }

  /** Absolute path: the one chosen here, else the folder's first; null where there is none. */
  get file(): string | null {
    return this.#known.file;
  }

  /** Chooses the config for this folder, also for the next sessions. */
  choose(file: string): void {
    this.#memory.set(this.#key, path.relative(this.#workspace, file));
    this.refresh();
  }

  /** The config, or null where there is none or it has errors, which the Problems view shows. */
  get config(): Config | null {
    return this.#known.config;
  }

  /** As run manifests have it: relative to the workspace folder, with `/`. */
  get relativeFile(): string | null {
    const { file } = this;
    return file === null ? null : path.relative(this.#workspace, file).split(path.sep).join('/');
  }

  /** The data set's folder or CSV file, absolute; null without a config. */
  get dataset(): string | null {
    const { config, file } = this;
    if (config === null || file === null) return null;
    const written = typeof config.dataset === 'string' ? config.dataset : config.dataset.path;
    return path.resolve(path.dirname(file), written);
  }

  get #known(): Found {
    return (this.#found ??= this.#find(undefined));
  }

  #find(before: Found | undefined): Found {
    const chosen = this.#memory.get(this.#key);
    const files = [...(chosen === undefined ? [] : [path.join(this.#workspace, chosen)]), ...this.files()];
    const file = files.find((each) => existsSync(each)) ?? null;
    if (file === null) return { file, stamp: 'none', config: null };
    try {
      const { mtimeMs, size } = statSync(file);
      const stamp = `${file} ${size} ${mtimeMs}`;
      if (before?.stamp === stamp) return before;
      return { file, stamp, config: parseConfig(readFileSync(file, 'utf8')).config };
    } catch {
      return { file, stamp: `${file} cannot be read`, config: null };
    }
  }
}
