import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { problemKindSchema } from '../protocol/datasetProblem.ts';
import { versions } from '../protocol/versions.ts';
import { replaceFile } from '../protocol/replaceFile.ts';

/** What decoding a file once has told of it, whatever its name. */
const factsSchema = z.union([
  z.object({
    format: z.enum(['jpeg', 'png', 'webp']),
    width: z.number().int(),
    height: z.number().int(),
    grey: z.boolean(),
    phash: z.string().length(16),
    colours: z.string().length(96),
  }),
  z.object({ refusal: problemKindSchema, reason: z.string() }),
]);
export type ImageFacts = z.infer<typeof factsSchema>;
/** What is known of an image that can be read. */
export type ReadableFacts = Extract<ImageFacts, { phash: string }>;

const indexSchema = z.object({
  version: z.literal(versions.cache),
  /** `[file, bytes, modified, content hash]`: the hash holds as long as the other three do. */
  files: z.array(z.tuple([z.string(), z.number(), z.number(), z.string()])),
  contents: z.record(z.string(), factsSchema),
});

/** The state of a file by which it is known again without being read. */
export interface FileState {
  bytes: number;
  mtimeMs: number;
}

/** What earlier scans and runs learned of a data set's files, so that unchanged files are neither read nor hashed again. */
export class ImageIndex {
  readonly #file: string;
  readonly #files = new Map<string, FileState & { hash: string }>();
  readonly #contents = new Map<string, ImageFacts>();
  #isChanged = false;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Opens the index of the data set at `root`; a damaged one, or one of another version, is begun anew. */
  static async open(cache: string, root: string): Promise<ImageIndex> {
    const key = createHash('sha256').update(root).digest('hex').slice(0, 32);
    const index = new ImageIndex(path.join(cache, 'index', `${key}.json`));
    try {
      const parsed = indexSchema.parse(JSON.parse(await readFile(index.#file, 'utf8')));
      for (const [file, bytes, mtimeMs, hash] of parsed.files) index.#files.set(file, { bytes, mtimeMs, hash });
      for (const [hash, facts] of Object.entries(parsed.contents)) index.#contents.set(hash, facts);
    } catch {
      index.#files.clear();
      index.#contents.clear();
    }
    return index;
  }

  /** Whether nothing is known of any image. */
  get isEmpty(): boolean {
    return this.#contents.size === 0;
  }

  /** The content hash of a file that is as it was, else null. */
  hashOf(file: string, state: FileState): string | null {
    const known = this.#files.get(file);
    return known && known.bytes === state.bytes && known.mtimeMs === state.mtimeMs ? known.hash : null;
  }

  factsOf(hash: string): ImageFacts | null {
    return this.#contents.get(hash) ?? null;
  }

  setFile(file: string, state: FileState, hash: string): void {
    this.#files.set(file, { bytes: state.bytes, mtimeMs: state.mtimeMs, hash });
    this.#isChanged = true;
  }

  setFacts(hash: string, facts: ImageFacts): void {
    this.#contents.set(hash, facts);
    this.#isChanged = true;
  }

  /** Writes what has changed, by atomic replace; two writers at once cost one of them its news, never the file. */
  async save(): Promise<void> {
    if (!this.#isChanged) return;
    const files = [...this.#files].map(([file, state]) => [file, state.bytes, state.mtimeMs, state.hash]);
    const used = new Set(files.map(([, , , hash]) => String(hash)));
    const contents = Object.fromEntries([...this.#contents].filter(([hash]) => used.has(hash)));
    await replaceFile(this.#file, JSON.stringify({ version: versions.cache, files, contents }), { makeFolder: true });
    this.#isChanged = false;
  }

  /** Forgets files that are no longer listed, when they have become the greater part. */
  prune(listed: ReadonlySet<string>): void {
    if (this.#files.size < 2 * listed.size + 1000) return;
    for (const file of this.#files.keys()) if (!listed.has(file)) this.#files.delete(file);
    this.#isChanged = true;
  }
}
