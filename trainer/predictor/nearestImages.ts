import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { decodeToSquare } from '../dataset/decode.ts';
import { ImageFeatures, likeness } from '../evaluation/imageFeatures.ts';
import type { NearestImagesRequest, PredictorResult } from '../protocol/predictor.ts';
import { readScan } from '../protocol/readScan.ts';
import { replaceFile } from '../protocol/replaceFile.ts';
import { workspacePaths } from '../protocol/runPaths.ts';
import type { OpenedModels } from './openedModels.ts';

/** Images that go through the model together, and between which others get their turn. */
const batchSize = 16;
/** Files of features kept on disk: one for each of the last models or states of the data set. */
const mostKept = 3;

/** How a long work is watched over by whoever asked for it. */
export interface Watch {
  cancelled: () => boolean;
  progress: (done: number, total: number) => void;
  /** Waits until nothing else uses the models, and works then. */
  turn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The weights name the model for good, wherever it lies. */
type NearestRequest = NearestImagesRequest & { weightsSha256: string };

/** Features of a data set, as far as they are worked out. */
interface Features {
  /** Names the model and the images. */
  key: string;
  length: number;
  /** One row for each different content; zeros where an image cannot be read. */
  rows: Float32Array;
  done: number;
}

/**
 * Says which images a model finds most alike to one of them. Features are worked out once for a model and the content of a data set,
 * kept on disk, and gone on with where a request was cancelled.
 */
export class NearestImages {
  readonly #workspace: string;
  readonly #models: OpenedModels;
  #features: Features | null = null;
  /** Two at once would work at the same rows. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(workspace: string, models: OpenedModels) {
    this.#workspace = workspace;
    this.#models = models;
  }

  /**
   * All images of the newest scan of a data set, nearest first, by their index in the scan; those that cannot be read come
   * last. Throws with a sentence for the user; null where it was cancelled.
   */
  nearest(request: NearestRequest, watch: Watch): Promise<PredictorResult<'nearestImages'> | null> {
    const own = this.#last.then(() => this.#nearest(request, watch));
    this.#last = own.catch(() => undefined);
    return own;
  }

  async #nearest(request: NearestRequest, watch: Watch): Promise<PredictorResult<'nearestImages'> | null> {
    const { runId, source, file, weightsSha256 } = request;
    const scan = await readScan(this.#workspace, source);
    if (!scan) throw new Error('The data set has not been scanned yet. "Scan Dataset" does it.');
    const { created, root, images } = scan;
    const target = images.file.indexOf(file);
    if (target === -1) throw new Error(`${file} is not in the last scan. Scan the data set again.`);
    // The same picture twice is worked out once.
    const rowOf = new Map<string, number>();
    const files: string[] = [];
    const rows = images.contentHash.map((hash, at) => {
      const known = rowOf.get(hash);
      if (known !== undefined) return known;
      rowOf.set(hash, files.length);
      return files.push(images.file[at] ?? '') - 1;
    });
    const key = createHash('sha256')
      .update([weightsSha256, ...rowOf.keys()].join('\n'))
      .digest('hex');
    const paths = files.map((name) => path.resolve(root, name));
    const features = await this.#compute(runId, key, paths, watch);
    if (!features) return null;
    const alike = likeness(features.rows, features.length, rows[target] ?? 0);
    const score = (at: number) => (at === target ? Number.POSITIVE_INFINITY : (alike[rows[at] ?? 0] ?? -2));
    const order = [...images.file.keys()].sort((a, b) => score(b) - score(a) || a - b);
    return { scanned: created, order: Buffer.from(Int32Array.from(order).buffer).toString('base64') };
  }

  /** The features of files, each of another content. Null where it was cancelled; what was done is gone on with next time. */
  async #compute(runId: string, key: string, paths: readonly string[], watch: Watch): Promise<Features | null> {
    const { model, metadata } = await this.#models.get(runId);
    const { size, fit, baseSize } = metadata;
    const net = new ImageFeatures(model);
    try {
      const { length } = net;
      if (this.#features?.key !== key) {
        const rows = (await this.#read(key, length * paths.length)) ?? new Float32Array(0);
        const whole = rows.length === length * paths.length;
        this.#features = { key, length, rows: whole ? rows : new Float32Array(length * paths.length), done: 0 };
        if (whole) this.#features.done = paths.length;
      }
      const features = this.#features;
      if (features.done === paths.length) return features;
      while (features.done < paths.length) {
        if (watch.cancelled()) return null;
        watch.progress(features.done, paths.length);
        const batch = paths.slice(features.done, features.done + batchSize);
        const squares = await Promise.all(
          batch.map((file) => decodeToSquare(file, size, fit, baseSize).catch(() => null)),
        );
        const bytes = size * size * 3;
        const pixels = new Uint8Array(batch.length * bytes);
        squares.forEach((square, at) => square && pixels.set(square, at * bytes));
        const values = await watch.turn(() => Promise.resolve(net.of(pixels, batch.length, size)));
        squares.forEach((square, at) => square || values.fill(0, at * length, (at + 1) * length));
        features.rows.set(values, features.done * length);
        features.done += batch.length;
      }
      watch.progress(paths.length, paths.length);
      await this.#keep(features);
      return features;
    } finally {
      net.dispose();
    }
  }

  get #folder(): string {
    return path.join(workspacePaths(this.#workspace).cache, 'features');
  }

  async #read(key: string, values: number): Promise<Float32Array | null> {
    const file = path.join(this.#folder, `${key}.f32`);
    try {
      const bytes = await readFile(file);
      if (bytes.length !== values * 4) return null;
      await utimes(file, new Date(), new Date());
      return new Float32Array(Uint8Array.from(bytes).buffer);
    } catch {
      // Not worked out yet, or removed with the cache.
      return null;
    }
  }

  async #keep({ key, rows }: Features): Promise<void> {
    await replaceFile(path.join(this.#folder, `${key}.f32`), new Uint8Array(rows.buffer), { makeFolder: true });
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.f32'));
    const kept = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.#folder, name);
        return { file, time: (await stat(file)).mtimeMs };
      }),
    );
    kept.sort((a, b) => b.time - a.time);
    for (const { file } of kept.slice(mostKept)) await rm(file, { force: true });
  }
}
