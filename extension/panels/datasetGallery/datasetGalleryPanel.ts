import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { workspacePaths } from '../../../trainer/protocol/runFolder.ts';
import {
  datasetGalleryBoundary,
  type Augmented,
  type DatasetGalleryState,
  type GalleryChoice,
} from '../../../webviews/protocol/datasetGallery.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import { recordedRun, type Disposable, type PanelWorkspace } from '../panelServices.ts';
import { saveAnswers, type Saving } from '../saving.ts';
import { describeAugmentation, type ImageAugmentation } from './imageAugmentation.ts';
import { readDecisions, writeDecisions } from './labelsFile.ts';
import { scanStamp } from './readScan.ts';

/** Larger files are opened in the editor instead. */
const mostPictureBytes = 16_000_000;
const lookMs = 1000;
const progressMs = 200;
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

/** What the active config says of the data set; null without a config. */
export interface DatasetPlace {
  /** Absolute path of its folder or CSV file. */
  source: string;
  /** Absolute path. */
  labelsFile: string;
  /** How the last stage changes its training images. */
  augmentation: ImageAugmentation;
}

/** What the gallery asks of the rest of the extension. */
export interface GalleryActions {
  scan(): Promise<void>;
  openFile(file: string): Promise<void>;
}

interface DatasetGalleryOptions {
  workspace: PanelWorkspace;
  trusted: boolean;
  place: () => DatasetPlace | null;
  actions: GalleryActions;
  saving: Saving;
  addressOf: (file: string) => string;
  choice: GalleryChoice | null;
  post: (message: unknown) => void;
  log: (message: string) => void;
}

/** The host of a gallery: shows the last scan, writes decisions, and asks the predictor what each stage sees. */
export class DatasetGalleryPanel implements Disposable {
  readonly channel: HostChannel<typeof datasetGalleryBoundary>;
  readonly #options: DatasetGalleryOptions;
  readonly #timer: NodeJS.Timeout;
  #choice: GalleryChoice | null;
  #stamp = '';
  #root = '';
  #source = '';
  /** The search for near images that is under way, and how far it is. */
  #nearing: AbortController | null = null;
  #progress: { done: number; total: number } | null = null;

  constructor(options: DatasetGalleryOptions) {
    this.#options = options;
    this.#choice = options.choice;
    const { requests } = datasetGalleryBoundary;
    this.channel = new HostChannel(datasetGalleryBoundary, {
      post: options.post,
      log: options.log,
      snapshot: () => this.#snapshot(),
      answers: {
        decide: answer(requests.decide, async ({ decisions }) => {
          if (!options.trusted) throw new Error('Labels can be changed when this folder is trusted.');
          const all = await writeDecisions(this.#place().labelsFile, decisions);
          this.channel.change({ type: 'decisions', decisions: all });
          return null;
        }),
        picture: answer(requests.picture, ({ file }) => this.#picture(file)),
        lens: answer(requests.lens, ({ file }) => this.#lens(file)),
        augment: answer(requests.augment, ({ file, round }) => this.#augment(file, round)),
        nearest: answer(requests.nearest, ({ file }) => this.#nearest(file)),
        cancelNearest: answer(requests.cancelNearest, () => {
          this.#nearing?.abort();
          return null;
        }),
        openImage: answer(requests.openImage, async ({ file }) => {
          await options.actions.openFile(this.#fileOf(file));
          return null;
        }),
        openLabels: answer(requests.openLabels, async () => {
          await options.actions.openFile(this.#place().labelsFile);
          return null;
        }),
        scan: answer(requests.scan, async () => {
          await options.actions.scan();
          return null;
        }),
        ...saveAnswers(options.saving),
      },
    });
    this.#timer = setInterval(() => void this.#look(), lookMs);
  }

  /** Shows exactly these images; null shows all again. */
  choose(choice: GalleryChoice | null): void {
    this.#choice = choice;
    this.channel.change({ type: 'choice', choice });
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#nearing?.abort();
  }

  #place(): DatasetPlace {
    const place = this.#options.place();
    if (!place)
      throw new Error('There is no upsize.json here that says where the images are. "Create Config" makes one.');
    return place;
  }

  /** Absolute path of an image of the scan. Throws where the name would lead out of the data set. */
  #fileOf(file: string): string {
    const found = path.resolve(this.#root, file);
    if (this.#root === '' || !found.startsWith(this.#root + path.sep))
      throw new Error(`${file} does not lie in the data set.`);
    return found;
  }

  async #look(): Promise<void> {
    if (!this.channel.begun) return;
    const stamp = await this.#now();
    if (stamp === this.#stamp) return;
    await this.channel.sendSnapshot();
  }

  async #now(): Promise<string> {
    return `${JSON.stringify(this.#options.place())} ${await scanStamp(this.#options.workspace.folder)} ${this.#newestEvaluated()?.id}`;
  }

  #newestEvaluated(): Run | null {
    return this.#options.workspace.runs().findLast((run) => run.summary.evaluated.validation !== undefined) ?? null;
  }

  async #snapshot(): Promise<DatasetGalleryState> {
    const { workspace, addressOf, trusted } = this.#options;
    this.#stamp = await this.#now();
    const target = { folder: workspace.folder };
    const place = this.#options.place();
    const base = { target, title: 'Gallery', trusted, choice: this.#choice, nearing: this.#progress };
    if (!place) {
      const message = 'The images stand here once an upsize.json says where they are. "Create Config" makes one.';
      return { ...base, content: { kind: 'none', message } };
    }
    const evaluated = this.#newestEvaluated();
    let scanned;
    try {
      scanned = await workspace.records.read('gallery', {
        workspace: workspace.folder,
        source: place.source,
        run: evaluated && recordedRun(workspace, evaluated),
      });
    } catch (error) {
      return { ...base, content: { kind: 'none', message: (error as Error).message } };
    }
    if (!scanned) {
      const message =
        'The images stand here once they were scanned: pictures, sizes, classes, duplicates and problems.';
      return { ...base, content: { kind: 'none', message } };
    }
    const { root, source, ...content } = scanned;
    this.#root = path.resolve(root);
    this.#source = source;
    const decisions = await readDecisions(place.labelsFile).catch((error: unknown) => {
      this.#options.log(String(error));
      return new Map<string, never>();
    });
    const thumbnails = path.join(workspacePaths(workspace.folder).cache, 'thumbnails');
    const sheets = content.atlas.sheets.map((sheet) => addressOf(path.join(thumbnails, path.basename(sheet))));
    return {
      ...base,
      title: `Gallery of ${path.basename(source)}`,
      content: {
        ...content,
        atlas: { ...content.atlas, sheets },
        decisions: [...decisions.values()],
        labelsFile: path.basename(place.labelsFile),
      },
    };
  }

  async #picture(file: string): Promise<string> {
    const found = this.#fileOf(file);
    const type = pictureTypes[path.extname(found).toLowerCase()];
    const { size } = await stat(found);
    if (type === undefined || size > mostPictureBytes) {
      const { dataUri } = await this.#options.workspace.ask('thumbnail', {
        file: found,
        pixels: 1024,
        bytes: 1_000_000,
      });
      return dataUri;
    }
    return `data:${type};base64,${(await readFile(found)).toString('base64')}`;
  }

  async #lens(file: string) {
    const { workspace } = this.#options;
    const run = this.#newestEvaluated();
    if (!run) return [];
    const found = this.#fileOf(file);
    const asked = await workspace.ask('predictImage', {
      runId: run.id,
      file: found,
      top: 3,
      earlier: true,
      thumbnailPixels: 0,
    });
    return Promise.all(
      [...asked.earlier, asked.prediction].map(async ({ runId, size, top }) => {
        const seen = await workspace.ask('networkInput', { runId, file: found }).catch((error: unknown) => {
          this.#options.log(String(error));
          return null;
        });
        return { size, top, seen: seen?.dataUri ?? null };
      }),
    );
  }

  async #augment(file: string, round: number): Promise<Augmented> {
    const { augmentation: options, size, fit, seed } = this.#place().augmentation;
    const description = describeAugmentation(options);
    if (!options) return { images: [], size, description };
    const { images } = await this.#options.workspace.ask('augmentImage', {
      file: this.#fileOf(file),
      size,
      fit,
      augmentation: options,
      seed,
      imageId: 0,
      fromEpoch: round * augmentedImages,
      count: augmentedImages,
    });
    return { images, size, description };
  }

  /** Null where it was cancelled: by its button, or by another search. */
  async #nearest(file: string): Promise<{ order: string; scanned: number; run: string } | null> {
    const { workspace } = this.#options;
    const run = this.#newestEvaluated();
    if (!run) throw new Error('No model can say yet what is alike. Train a stage; its model is asked then.');
    this.#nearing?.abort();
    const search = new AbortController();
    this.#nearing = search;
    let told = 0;
    const tell = (progress: { done: number; total: number } | null) => {
      if (this.#nearing !== search) return;
      this.#progress = progress;
      this.channel.change({ type: 'nearing', nearing: progress });
    };
    tell({ done: 0, total: 0 });
    try {
      const { order, scanned } = await workspace.ask(
        'nearestImages',
        { runId: run.id, source: this.#source, file },
        {
          signal: search.signal,
          onProgress: (done, total) => {
            const now = Date.now();
            if (now - told < progressMs) return;
            told = now;
            tell({ done, total });
          },
        },
      );
      return { order, scanned, run: this.#label(run) };
    } catch (error) {
      if (search.signal.aborted) return null;
      throw error;
    } finally {
      tell(null);
      if (this.#nearing === search) this.#nearing = null;
    }
  }

  #label(run: Run): string {
    return this.#options.workspace.nameOf(run.id) ?? `stage ${run.manifest.config.stage.size}`;
  }
}
