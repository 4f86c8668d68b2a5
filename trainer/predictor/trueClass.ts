import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readLabelsFile, type LabelDecision } from '../dataset/labelsFile.ts';
import { evaluationSchema } from '../protocol/runFolder.ts';
import { runPaths } from '../protocol/runPaths.ts';
import type { Run } from '../protocol/runSummary.ts';

/** The classes that images truly have: by people's corrections, by what a run recorded, by the folder they lie in. */
export class TrueClasses {
  readonly #known = new Map<string, { stamp: string; classOf: Map<string, string> }>();
  #labels: { stamp: string; decisions: Map<string, LabelDecision> } | undefined;

  /** Null where the image is not of the run's data set, or nothing says what it shows. */
  async of(run: Run, file: string): Promise<string | null> {
    const { baseDirectory, config } = run.manifest;
    const source = path.resolve(baseDirectory, config.dataset.path);
    const root = /\.csv$/i.test(source) ? path.dirname(source) : source;
    const relative = path.relative(root, file);
    if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return null;
    const name = relative.split(path.sep).join('/');
    const decisions = await this.#decisions(path.resolve(baseDirectory, config.dataset.labels));
    const corrected = decisions.get(name)?.label;
    if (corrected != null) return corrected;
    const recorded = this.#records(run).get(name);
    if (recorded !== undefined) return recorded;
    const classNames = new Set(run.summary.prepared?.classNames ?? []);
    return (
      name
        .split('/')
        .slice(0, -1)
        .find((folder) => classNames.has(folder)) ?? null
    );
  }

  async #decisions(file: string): Promise<ReadonlyMap<string, LabelDecision>> {
    const found = statSync(file, { throwIfNoEntry: false });
    const stamp = `${file} ${found?.size} ${found?.mtimeMs}`;
    if (this.#labels?.stamp !== stamp) {
      // One that is no CSV file decides nothing here; the scan and the training say what is wrong with it.
      const decisions = await readLabelsFile(file).catch(() => new Map<string, LabelDecision>());
      this.#labels = { stamp, decisions };
    }
    return this.#labels.decisions;
  }

  #records(run: Run): Map<string, string> {
    const paths = runPaths(run.folder);
    const files = (['validation', 'train'] as const).map((split) => paths.evaluationOf(split));
    const stamp = files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join(' ');
    const known = this.#known.get(run.id);
    if (known?.stamp === stamp) return known.classOf;
    const classOf = new Map<string, string>();
    for (const file of files) {
      const evaluation = readEvaluation(file);
      evaluation?.images.file.forEach((image, i) => {
        const className = evaluation.classNames[evaluation.images.trueClass[i] ?? -1];
        if (className !== undefined) classOf.set(image, className);
      });
    }
    this.#known.set(run.id, { stamp, classOf });
    return classOf;
  }
}

function readEvaluation(file: string) {
  try {
    return evaluationSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Not evaluated yet, or damaged: then the folder's name has to do.
    return null;
  }
}
