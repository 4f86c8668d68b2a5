import type { Decision } from '../../../webviews/protocol/datasetGallery.ts';
import { fileStamp } from './fileStamp.ts';
import { changeDecisions, readDecisions, type DecisionChange } from './labelsFile.ts';

const mostUndone = 100;

/** What the labels file decides, as the gallery shows it. */
export interface Decided {
  decisions: Decision[];
  /** Why they are not known, as a sentence; null where they are. */
  labelsTrouble: string | null;
  /** How many changes can be taken back. */
  undoable: number;
}

/** The decisions in a labels file: changes them one after the other, takes changes back, and notices other people's. */
export class ImageDecisions {
  /** What was so before each change, newest last. */
  readonly #undo: { file: string; before: Decision[] }[] = [];
  #seen = '';
  #last: Promise<unknown> = Promise.resolve();

  get undoable(): number {
    return this.#undo.length;
  }

  /** Throws with a sentence for the user where the file is none that can be written; nothing is to be taken back then. */
  decide(file: string, changes: readonly DecisionChange[]): Promise<Decided> {
    return this.#inTurn(async () => {
      const { before, all } = await changeDecisions(file, changes);
      this.#undo.push({ file, before });
      if (this.#undo.length > mostUndone) this.#undo.shift();
      return this.#written(file, all);
    });
  }

  /** Takes the last change back; null where there is none. Throws as `decide`, and can then be asked again. */
  undo(): Promise<Decided | null> {
    return this.#inTurn(async () => {
      const last = this.#undo.at(-1);
      if (!last) return null;
      const { all } = await changeDecisions(last.file, last.before);
      this.#undo.pop();
      return this.#written(last.file, all);
    });
  }

  /** Never throws: a file that is damaged decides nothing, and it is said why. */
  async read(file: string): Promise<Decided> {
    this.#seen = await fileStamp(file);
    try {
      const decisions = [...(await readDecisions(file)).values()];
      return { decisions, labelsTrouble: null, undoable: this.undoable };
    } catch (error) {
      const labelsTrouble = `${error instanceof Error ? error.message : String(error)} What it decides is not shown, and nothing can be decided, until it is mended.`;
      return { decisions: [], labelsTrouble, undoable: this.undoable };
    }
  }

  /** Whether someone else wrote the file since it was read or written here. */
  async isStale(file: string): Promise<boolean> {
    return (await fileStamp(file)) !== this.#seen;
  }

  async #written(file: string, decisions: Decision[]): Promise<Decided> {
    this.#seen = await fileStamp(file);
    return { decisions, labelsTrouble: null, undoable: this.undoable };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const own = this.#last.then(work);
    this.#last = own.catch(() => undefined);
    return own;
  }
}
