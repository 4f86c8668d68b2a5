import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { evaluationSchema, runPaths } from '../protocol/runFolder.ts';
import type { Run } from '../protocol/runSummary.ts';

/** What the evaluations of a run say of its images: their effective labels, corrections included. */
export class TrueClasses {
  readonly #known = new Map<string, { stamp: string; classOf: Map<string, string> }>();

  /** The class that an image truly has, as far as the run knows: by its records, else by the folder it lies in. */
  of(run: Run, file: string): string | null {
    const { baseDirectory, config } = run.manifest;
    const root = path.resolve(baseDirectory, config.dataset.path);
    const relative = path.relative(root, file);
    if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return null;
    const name = relative.split(path.sep).join('/');
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
