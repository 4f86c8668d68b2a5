import type { Nearest } from '../../../webviews/protocol/datasetGallery.ts';
import type { PanelWorkspace } from '../panelServices.ts';

const progressMs = 200;

/** How far a search is. Of 0 images while the model is being asked. */
interface Progress {
  done: number;
  total: number;
}

interface NearestSearchOptions {
  workspace: Pick<PanelWorkspace, 'ask'>;
  onProgress: (progress: Progress | null) => void;
  onFound: (found: Nearest | null) => void;
}

/** The search for the images that a model finds most alike to one: at most one at a time, and what the last one found. */
export class NearestSearch {
  readonly #options: NearestSearchOptions;
  #running: AbortController | null = null;
  #progress: Progress | null = null;
  #found: Nearest | null = null;

  constructor(options: NearestSearchOptions) {
    this.#options = options;
  }

  /** Null while nothing is searched for. */
  get progress(): Progress | null {
    return this.#progress;
  }

  /** What the last search found, until it is put away. */
  get found(): Nearest | null {
    return this.#found;
  }

  /** Ends the search before and begins another. Rejects with a sentence for the user, but not where it was cancelled. */
  async start(asked: { runId: string; run: string; source: string; file: string }): Promise<void> {
    this.cancel();
    const { run, ...request } = asked;
    const search = new AbortController();
    this.#running = search;
    this.#tell(search, { done: 0, total: 0 });
    let told = 0;
    try {
      const { order, scanned } = await this.#options.workspace.ask('nearestImages', request, {
        signal: search.signal,
        onProgress: (done, total) => {
          const now = Date.now();
          if (now - told < progressMs) return;
          told = now;
          this.#tell(search, { done, total });
        },
      });
      if (!search.signal.aborted) this.#put({ file: request.file, order, scanned, run });
    } catch (error) {
      if (!search.signal.aborted) throw error;
    } finally {
      this.#tell(search, null);
      if (this.#running === search) this.#running = null;
    }
  }

  cancel(): void {
    this.#running?.abort();
  }

  forget(): void {
    this.#put(null);
  }

  #put(found: Nearest | null): void {
    this.#found = found;
    this.#options.onFound(found);
  }

  #tell(search: AbortController, progress: Progress | null): void {
    if (this.#running !== search) return;
    this.#progress = progress;
    this.#options.onProgress(progress);
  }
}
