import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import type { Augmented, StageSight } from '../../../webviews/protocol/datasetGallery.ts';
import type { PanelWorkspace } from '../panelServices.ts';
import { describeAugmentation, type ImageAugmentation } from './imageAugmentation.ts';

/** Larger files come as a smaller picture. */
const mostPictureBytes = 16_000_000;
const augmentedImages = 8;
const pictureTypes: Record<string, string> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.avif': 'image/avif',
};

/** What is asked of one image beside the grid. Files are absolute paths. */
export class ImageAnswers {
  readonly #workspace: Pick<PanelWorkspace, 'ask'>;
  readonly #log: (message: string) => void;
  /** Of the image that is looked at; another image ends what is still asked about it. */
  #lens = new AbortController();
  #augment = new AbortController();

  constructor(workspace: Pick<PanelWorkspace, 'ask'>, log: (message: string) => void) {
    this.#workspace = workspace;
    this.#log = log;
  }

  /** The picture as a data URI: the file itself where a browser can show it and it is not too large. */
  async picture(file: string): Promise<string> {
    const type = pictureTypes[path.extname(file).toLowerCase()];
    const { size } = await stat(file);
    if (type !== undefined && size <= mostPictureBytes) {
      return `data:${type};base64,${(await readFile(file)).toString('base64')}`;
    }
    const { dataUri } = await this.#workspace.ask('thumbnail', { file, pixels: 1024, bytes: 1_000_000 });
    return dataUri;
  }

  /** What each stage up to `run` sees and says, smallest first; nothing where another image was asked about meanwhile. */
  async lens(run: Run | null, file: string): Promise<StageSight[]> {
    this.#lens.abort();
    const { signal } = (this.#lens = new AbortController());
    if (!run) return [];
    try {
      const asked = await this.#workspace.ask(
        'predictImage',
        { runId: run.id, file, top: 3, earlier: true, thumbnailPixels: 0 },
        { signal },
      );
      return await Promise.all(
        [...asked.earlier, asked.prediction].map(async ({ runId, size, top }) => {
          const seen = await this.#workspace
            .ask('networkInput', { runId, file }, { signal })
            .catch((error: unknown) => {
              if (!signal.aborted) this.#log(String(error));
              return null;
            });
          return { size, top, seen: seen?.dataUri ?? null };
        }),
      );
    } catch (error) {
      if (signal.aborted) return [];
      throw error;
    }
  }

  /** What training makes of the image; another `round` has other draws. */
  async augment({ augmentation, size, fit, seed }: ImageAugmentation, file: string, round: number): Promise<Augmented> {
    this.#augment.abort();
    const { signal } = (this.#augment = new AbortController());
    const description = describeAugmentation(augmentation);
    if (!augmentation) return { images: [], size, description };
    try {
      const { images } = await this.#workspace.ask(
        'augmentImage',
        { file, size, fit, augmentation, seed, imageId: 0, fromEpoch: round * augmentedImages, count: augmentedImages },
        { signal },
      );
      return { images, size, description };
    } catch (error) {
      if (signal.aborted) return { images: [], size, description };
      throw error;
    }
  }

  dispose(): void {
    this.#lens.abort();
    this.#augment.abort();
  }
}
