import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { workspacePaths } from '../../../trainer/protocol/runFolder.ts';
import {
  datasetGalleryBoundary,
  type DatasetGalleryState,
  type GalleryChoice,
} from '../../../webviews/protocol/datasetGallery.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import { readEvaluation } from '../evaluationReader.ts';
import type { Disposable, PanelWorkspace } from '../panelServices.ts';
import { saveAnswers, type Saving } from '../saving.ts';
import { galleryContent } from './galleryContent.ts';
import { readDecisions, writeDecisions } from './labelsFile.ts';
import { readScan, scanStamp } from './readScan.ts';

/** Larger files are opened in the editor instead. */
const mostPictureBytes = 16_000_000;
const lookMs = 1000;
const pictureTypes: Record<string, string> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.avif': 'image/avif',
};

/** Where the data set and its labels file are, as the active config says; null without a config. */
export interface DatasetPlace {
  source: string;
  labelsFile: string;
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
    await this.channel.sendSnapshot().catch((error: unknown) => this.#options.log(String(error)));
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
    const base = { target, title: 'Gallery', trusted, choice: this.#choice };
    if (!place) {
      const message = 'The images stand here once an upsize.json says where they are. "Create Config" makes one.';
      return { ...base, content: { kind: 'none', message } };
    }
    let scan;
    try {
      scan = await readScan(workspace.folder, place.source);
    } catch (error) {
      return { ...base, content: { kind: 'none', message: (error as Error).message } };
    }
    if (!scan) {
      const message =
        'The images stand here once they were scanned: pictures, sizes, classes, duplicates and problems.';
      return { ...base, content: { kind: 'none', message } };
    }
    this.#root = path.resolve(scan.root);
    const run = this.#newestEvaluated();
    const evaluation = run && (await readEvaluation(run.folder).catch(() => null));
    const decisions = await readDecisions(place.labelsFile).catch((error: unknown) => {
      this.#options.log(String(error));
      return new Map<string, never>();
    });
    const thumbnails = path.join(workspacePaths(workspace.folder).cache, 'thumbnails');
    const label = run ? (workspace.nameOf(run.id) ?? `stage ${run.manifest.config.stage.size}`) : '';
    const content = galleryContent({
      scan,
      decisions: [...decisions.values()],
      labelsFile: path.basename(place.labelsFile),
      evaluated: run && evaluation ? { runId: run.id, label, evaluation } : null,
      addressOf: (sheet) => addressOf(path.join(thumbnails, path.basename(sheet))),
    });
    return { ...base, title: `Gallery of ${path.basename(scan.source)}`, content };
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
}
