import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { replaceFileSync } from '../../trainer/protocol/replaceFile.ts';
import { annotationsSchema, runIdSchema, type Annotations } from '../../trainer/protocol/runFolder.ts';
import { workspacePaths } from '../../trainer/protocol/runPaths.ts';

/** What a run has that nobody said anything about. */
export const noAnnotations: Annotations = annotationsSchema.parse({});

/** Names, stars, tags and notes of one workspace folder's runs. Each lies in a file of its own; the last writer wins. */
export class AnnotationStore {
  readonly #directory: string;
  readonly #root: string;
  #stamp = '';
  #byId = new Map<string, Annotations>();
  #fileStamps = new Map<string, string>();

  constructor(workspace: string) {
    const paths = workspacePaths(workspace);
    this.#root = paths.root;
    this.#directory = paths.annotations;
  }

  /** By run id; a file that cannot be read counts as not there. */
  get all(): ReadonlyMap<string, Annotations> {
    return this.#byId;
  }

  of(runId: string): Annotations {
    return this.#byId.get(runId) ?? noAnnotations;
  }

  /** Looks for what another window or the command line wrote. Returns whether there was anything. Cheap where not. */
  refresh(): boolean {
    const stamp = stampOf(this.#directory);
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    const ids = new Set(this.#ids());
    for (const id of this.#byId.keys()) {
      if (ids.has(id)) continue;
      this.#byId.delete(id);
      this.#fileStamps.delete(id);
    }
    for (const id of ids) {
      const file = this.#fileOf(id);
      const fileStamp = stampOf(file);
      if (this.#fileStamps.get(id) === fileStamp) continue;
      this.#fileStamps.set(id, fileStamp);
      const annotations = read(file);
      if (annotations) this.#byId.set(id, annotations);
      else this.#byId.delete(id);
    }
    return true;
  }

  /** Changes what is said of a run, as a whole file put in place at once. */
  change(runId: string, changes: Partial<Annotations>): Annotations {
    const id = runIdSchema.parse(runId);
    const changed = annotationsSchema.parse({ ...(read(this.#fileOf(id)) ?? noAnnotations), ...changes });
    if (changes.name !== undefined && changes.name.trim() === '') delete changed.name;
    // Beside the folder until whole: what `refresh` of another window sees of it then changes once, with the file in it.
    replaceFileSync(this.#fileOf(id), `${JSON.stringify(changed, null, 2)}\n`, {
      makeFolder: true,
      partialIn: this.#root,
    });
    this.refresh();
    return changed;
  }

  #fileOf(id: string): string {
    return path.join(this.#directory, `${id}.json`);
  }

  #ids(): string[] {
    try {
      return readdirSync(this.#directory)
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length))
        .filter((id) => runIdSchema.safeParse(id).success);
    } catch {
      return [];
    }
  }
}

function read(file: string): Annotations | null {
  try {
    return annotationsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return 'none';
  }
}
