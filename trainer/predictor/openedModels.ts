import { statSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { openModelFolder } from '../model/modelFolder.ts';
import type { OpenedModel } from '../model/serialize.ts';
import { runFolderOf, runPaths } from '../protocol/runPaths.ts';

/** Models kept open; a ladder has about three. */
const mostOpen = 6;

/** The finished models of a workspace's runs, opened when they are first asked for; the least recently used is closed. */
export class OpenedModels {
  readonly #workspace: string;
  readonly #open = new Map<string, { stamp: string; opened: Promise<OpenedModel> }>();

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  /** Whether the run has a finished model. */
  has(runId: string): boolean {
    return statSync(runPaths(runFolderOf(this.#workspace, runId)).modelJson, { throwIfNoEntry: false }) !== undefined;
  }

  /** Opens the model of a run. Throws with a sentence for the user where the run has none, or one that cannot be opened. */
  async get(runId: string): Promise<OpenedModel> {
    const paths = runPaths(runFolderOf(this.#workspace, runId));
    const file = statSync(paths.modelJson, { throwIfNoEntry: false });
    if (!file) throw new Error(`Run ${runId} has no finished model yet; only completed runs can predict.`);
    const stamp = `${file.size} ${file.mtimeMs}`;
    const known = this.#open.get(runId);
    this.#open.delete(runId);
    if (known?.stamp === stamp) {
      this.#open.set(runId, known);
      return known.opened;
    }
    if (known) dispose(known.opened);
    const opened = openModelFolder(paths.model);
    this.#open.set(runId, { stamp, opened });
    opened.catch(() => this.#open.delete(runId));
    for (const [oldest, { opened: old }] of this.#open) {
      if (this.#open.size <= mostOpen) break;
      this.#open.delete(oldest);
      dispose(old);
    }
    return opened;
  }
}

function dispose(opened: Promise<OpenedModel>): void {
  opened.then(({ model }) => model.dispose()).catch(() => undefined);
}

/** Class probabilities of one image: `size × size × 3` bytes in, one value a class out. */
export async function predictPixels({ model, metadata }: OpenedModel, pixels: Uint8Array): Promise<Float32Array> {
  const output = tf.tidy(() => {
    const input = tf.tensor4d(Float32Array.from(pixels), [1, metadata.size, metadata.size, 3]);
    const answer = model.predict(input);
    if (Array.isArray(answer)) throw new Error('The model has more than one output.');
    return answer;
  });
  try {
    return Float32Array.from(await output.data());
  } finally {
    output.dispose();
  }
}
