import path from 'node:path';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import { scanFile } from '../../../trainer/protocol/scanFile.ts';
import {
  datasetGalleryBoundary,
  type DatasetGalleryState,
  type GalleryChoice,
} from '../../../webviews/protocol/datasetGallery.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import { recordedRun, type Disposable, type PanelWorkspace } from '../panelServices.ts';
import { saveAnswers, type Saving } from '../saving.ts';
import { fileStamp } from './fileStamp.ts';
import { ImageAnswers } from './imageAnswers.ts';
import type { ImageAugmentation } from './imageAugmentation.ts';
import { ImageDecisions, type Decided } from './imageDecisions.ts';
import { NearestSearch } from './nearestSearch.ts';

const lookMs = 1000;

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
  createConfig(): Promise<void>;
  openFile(file: string): Promise<void>;
}

interface DatasetGalleryOptions {
  workspace: PanelWorkspace;
  trusted: () => boolean;
  place: () => DatasetPlace | null;
  actions: GalleryActions;
  saving: Saving;
  addressOf: (file: string) => string;
  choice: GalleryChoice | null;
  /** Told what is shown instead of all images, so that it can come back after a reload. */
  onChoice: (choice: GalleryChoice | null) => void;
  post: (message: unknown) => void;
  log: (message: string) => void;
}

/** The host of a gallery: shows the last scan, writes decisions, and asks the predictor what each stage sees. */
export class DatasetGalleryPanel implements Disposable {
  readonly channel: HostChannel<typeof datasetGalleryBoundary>;
  readonly #options: DatasetGalleryOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #images: ImageAnswers;
  readonly #nearest: NearestSearch;
  readonly #decisions = new ImageDecisions();
  #choice: GalleryChoice | null;
  #stamp = '';
  #root = '';
  #source = '';

  constructor(options: DatasetGalleryOptions) {
    this.#options = options;
    this.#choice = options.choice;
    this.#images = new ImageAnswers(options.workspace, options.log);
    this.#nearest = new NearestSearch({
      workspace: options.workspace,
      onProgress: (nearing) => this.channel.change({ type: 'nearing', nearing }),
      onFound: (nearest) => this.channel.change({ type: 'nearest', nearest }),
    });
    const { requests } = datasetGalleryBoundary;
    this.channel = new HostChannel(datasetGalleryBoundary, {
      post: options.post,
      log: options.log,
      snapshot: () => this.#snapshot(),
      answers: {
        decide: answer(requests.decide, async ({ files, label, excluded }) => {
          if (!options.trusted()) throw new Error('Labels can be changed when this folder is trusted.');
          const changes = files.map((file) => ({ file, label, excluded }));
          this.#tellDecided(await this.#decisions.decide(this.#place().labelsFile, changes));
          return null;
        }),
        undo: answer(requests.undo, async () => {
          this.#tellDecided(await this.#decisions.undo());
          return null;
        }),
        showAll: answer(requests.showAll, () => {
          this.choose(null);
          return null;
        }),
        picture: answer(requests.picture, ({ file }) => this.#images.picture(this.#fileOf(file))),
        lens: answer(requests.lens, ({ file }) => this.#images.lens(this.#newestEvaluated(), this.#fileOf(file))),
        augment: answer(requests.augment, ({ file, round }) =>
          this.#images.augment(this.#place().augmentation, this.#fileOf(file), round),
        ),
        nearest: answer(requests.nearest, async ({ file }) => {
          const run = this.#newestEvaluated();
          if (!run) throw new Error('No model can say yet what is alike. Train a stage; its model is asked then.');
          await this.#nearest.start({ runId: run.id, run: this.#label(run), source: this.#source, file });
          return null;
        }),
        cancelNearest: answer(requests.cancelNearest, () => {
          this.#nearest.cancel();
          return null;
        }),
        forgetNearest: answer(requests.forgetNearest, () => {
          this.#nearest.forget();
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
          await this.#look();
          return null;
        }),
        createConfig: answer(requests.createConfig, async () => {
          await options.actions.createConfig();
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
    this.#options.onChoice(choice);
    this.channel.change({ type: 'choice', choice });
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#nearest.cancel();
    this.#images.dispose();
  }

  #tellDecided(decided: Decided | null): void {
    if (decided) this.channel.change({ type: 'decisions', ...decided });
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

  /** Shows what others changed: a scan, an evaluation, the config, the labels file. */
  async #look(): Promise<void> {
    if (!this.channel.begun) return;
    const place = this.#options.place();
    if ((await this.#now()) !== this.#stamp) await this.channel.sendSnapshot();
    else if (place && (await this.#decisions.isStale(place.labelsFile)))
      this.#tellDecided(await this.#decisions.read(place.labelsFile));
  }

  /** Changes whenever what is shown would, decisions aside. */
  async #now(): Promise<string> {
    const place = this.#options.place();
    const scan = place && (await fileStamp(scanFile(this.#options.workspace.folder, place.source)));
    return JSON.stringify([place, scan, this.#newestEvaluated()?.id]);
  }

  #newestEvaluated(): Run | null {
    return this.#options.workspace.runs().findLast(({ overview }) => overview.isEvaluated) ?? null;
  }

  async #snapshot(): Promise<DatasetGalleryState> {
    const { workspace, addressOf, trusted } = this.#options;
    this.#stamp = await this.#now();
    const place = this.#options.place();
    const base = {
      target: { folder: workspace.folder },
      title: 'Gallery',
      trusted: trusted(),
      choice: this.#choice,
      nearing: this.#nearest.progress,
      nearest: this.#nearest.found,
      undoable: this.#decisions.undoable,
    };
    if (!place) {
      const message = 'The images stand here once an upsize.json says where they are.';
      return { ...base, content: { kind: 'none', message, next: 'createConfig' } };
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
      return { ...base, content: { kind: 'none', message: (error as Error).message, next: 'scan' } };
    }
    if (!scanned) {
      const message =
        'The images stand here once they were scanned: pictures, sizes, classes, duplicates and problems.';
      return { ...base, content: { kind: 'none', message, next: 'scan' } };
    }
    const { root, source, ...content } = scanned;
    this.#root = path.resolve(root);
    this.#source = source;
    const { decisions, labelsTrouble } = await this.#decisions.read(place.labelsFile);
    const thumbnails = path.join(workspacePaths(workspace.folder).cache, 'thumbnails');
    const sheets = content.atlas.sheets.map((sheet) => addressOf(path.join(thumbnails, path.basename(sheet))));
    return {
      ...base,
      title: `Gallery of ${path.basename(source)}`,
      content: {
        ...content,
        atlas: { ...content.atlas, sheets },
        decisions,
        labelsFile: path.basename(place.labelsFile),
        labelsTrouble,
      },
    };
  }

  #label(run: Run): string {
    return this.#options.workspace.nameOf(run.id) ?? `stage ${run.manifest.config.stage.size}`;
  }
}
