import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../trainer/protocol/config.ts';
import { parseConfig } from '../../trainer/protocol/readConfig.ts';

/** Remembers one text a key over sessions; VS Code's `Memento` is one. */
export interface Memory {
  get(key: string): string | undefined;
  set(key: string, value: string | undefined): void;
}

/** The config that training in a workspace folder goes by, read anew when its file changed. */
export class ActiveConfig {
  readonly #workspace: string;
  readonly #memory: Memory;
  readonly #key: string;
  #read: { stamp: string; config: Config | null } | undefined;

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

  /** Absolute path: the one chosen here, else the folder's first; null where there is none. */
  get file(): string | null {
    const chosen = this.#memory.get(this.#key);
    if (chosen !== undefined && existsSync(path.join(this.#workspace, chosen))) {
      return path.join(this.#workspace, chosen);
    }
    return this.files()[0] ?? null;
  }

  /** Chooses the config for this folder, also for the next sessions. */
  choose(file: string): void {
    this.#memory.set(this.#key, path.relative(this.#workspace, file));
  }

  /** The config, or null where there is none or it has errors, which the Problems view shows. */
  get config(): Config | null {
    const { file } = this;
    if (file === null) return null;
    try {
      const { mtimeMs, size } = statSync(file);
      const stamp = `${file} ${size} ${mtimeMs}`;
      if (this.#read?.stamp !== stamp) {
        this.#read = { stamp, config: parseConfig(readFileSync(file, 'utf8')).config };
      }
      return this.#read.config;
    } catch {
      return null;
    }
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
}
