import { explainClass, type ExplainedClass } from '../../../trainer/protocol/explainClass.ts';
import { readStepColumn, type ReducedSteps, type StepMetric } from '../../../trainer/protocol/stepColumns.ts';
import type { CompareRunsState } from '../../../webviews/protocol/compareRuns.ts';
import type { EvaluatedContent, ImageChoice } from '../../../webviews/protocol/confusionMatrix.ts';
import type { ClassFigures } from '../../../webviews/protocol/dashboard.ts';
import type { HardImage } from '../../../webviews/protocol/hardestImages.ts';
import { confusionDelta, disagreementOf } from '../compareRuns/comparison.ts';
import { chosenImages, confusionMatrixContent, type Evaluated } from '../confusionMatrix/confusionMatrixContent.ts';
import { galleryContent, type GalleryContent } from '../datasetGallery/galleryContent.ts';
import { readScan } from '../../../trainer/protocol/readScan.ts';
import { hardestOf } from '../hardestImages/hardestOf.ts';
import { readEvaluation } from './readEvaluation.ts';
import { recallChange } from './sharedImages.ts';

/** A run by what its records are read and named by. */
export interface RecordedRun {
  runId: string;
  name: string | null;
  /** Side of its images in pixels. */
  size: number;
  /** Absolute path of its folder. */
  folder: string;
}

/** The most images that a comparison lists; the gallery shows them all. */
const mostListed = 200;

async function evaluated(run: RecordedRun | null): Promise<Evaluated | null> {
  const evaluation = run && (await readEvaluation(run.folder));
  return run && evaluation ? { runId: run.runId, name: run.name, size: run.size, evaluation } : null;
}

/** As `evaluated`, where a run that cannot be read is as good as one that is not there. */
async function evaluatedIfReadable(run: RecordedRun | null): Promise<Evaluated | null> {
  return evaluated(run).catch(() => null);
}

/**
 * What is read of evaluations, scans and step metrics, whose files have a record an image and grow with the data set. All of it happens in a
 * thread of its own (`recordWorker.ts`); only what a panel shows comes out. Each takes and gives plain data, and rejects with a
 * sentence for the user where a file cannot be understood.
 */
export const recordReads = {
  /** Null where the run is not evaluated. `withoutParent` says why there is no parent; null for a first stage. */
  confusionMatrix: async (asked: {
    run: RecordedRun;
    parent: RecordedRun | null;
    withoutParent: string | null;
  }): Promise<EvaluatedContent | null> => {
    const own = await evaluated(asked.run);
    const parent = await evaluatedIfReadable(asked.parent);
    return own && confusionMatrixContent(own, parent, parent ? null : asked.withoutParent);
  },

  /** The images that a click on the matrix means, most confident first; null where the run is not evaluated. */
  chosenImages: async (asked: { run: RecordedRun; parent: RecordedRun | null; choice: ImageChoice; most: number }) => {
    const own = await evaluated(asked.run);
    if (!own) return null;
    const { images, classNames } = own.evaluation;
    const chosen = chosenImages(own.evaluation, (await evaluated(asked.parent))?.evaluation ?? null, asked.choice);
    const files = chosen.slice(0, asked.most).map((at) => ({
      file: images.file[at] ?? '',
      trueClass: images.trueClass[at] ?? 0,
      predictedClass: images.predictedClass[at] ?? 0,
      confidence: images.confidence[at] ?? 0,
    }));
    return { total: chosen.length, files, classNames };
  },

  /** Reductions of a step metric for a range of steps: what is drawn, never more points than asked. */
  readSteps: (asked: {
    folder: string;
    metric: StepMetric;
    from: number;
    to: number;
    points: number;
  }): Promise<ReducedSteps> => Promise.resolve(readStepColumn(asked.folder, asked.metric, asked)),

  /** One entry a run whose evaluation can be read, each against its parent on the images that both judged. */
  classFigures: async (asked: {
    runs: readonly (RecordedRun & { parentId: string | null })[];
  }): Promise<ClassFigures[]> => {
    const found = (await Promise.all(asked.runs.map(evaluatedIfReadable))).filter((one) => one !== null);
    return found.map(({ runId, evaluation }) => {
      const { classNames, perClass } = evaluation;
      const column = (name: 'recall' | 'f1' | 'support') => perClass.map((figures) => figures[name]);
      const parentId = asked.runs.find((run) => run.runId === runId)?.parentId;
      const parent = found.find((other) => other.runId === parentId);
      return {
        ...{ runId, classNames, recall: column('recall'), f1: column('f1'), support: column('support') },
        change: parent ? recallChange(parent.evaluation, evaluation) : null,
      };
    });
  },

  /** Greatest loss first; null where the run is not evaluated. */
  hardestImages: async (asked: { run: RecordedRun }): Promise<HardImage[] | null> => {
    const own = await evaluated(asked.run);
    return own && hardestOf(own.evaluation);
  },

  /** Where runs disagree, and what each fixed and broke against the first of them that was evaluated, which is said too. */
  comparison: async (asked: {
    runs: readonly RecordedRun[];
  }): Promise<Pick<CompareRunsState, 'disagreement' | 'against' | 'confusionDeltas'>> => {
    const found = (await Promise.all(asked.runs.map(evaluatedIfReadable))).filter((one) => one !== null);
    const [first, ...others] = found;
    return {
      disagreement:
        found.length === asked.runs.length
          ? disagreementOf(
              found.map(({ evaluation }) => evaluation),
              mostListed,
            )
          : null,
      against: first?.runId ?? null,
      confusionDeltas: first
        ? others.map(({ runId, evaluation }) => confusionDelta(runId, first.evaluation, evaluation))
        : [],
    };
  },

  /** Files of all images on which the runs disagree, as listed in `comparison`; none where not all were evaluated. */
  disagreedImages: async (asked: { runs: readonly RecordedRun[] }): Promise<string[]> => {
    const found = (await Promise.all(asked.runs.map(evaluatedIfReadable))).filter((one) => one !== null);
    if (found.length < asked.runs.length) return [];
    const evaluations = found.map(({ evaluation }) => evaluation);
    return disagreementOf(evaluations, Number.POSITIVE_INFINITY)?.images.map(({ file }) => file) ?? [];
  },

  /** What the gallery shows of the newest scan of a data set; null where there is none. */
  gallery: async (asked: {
    workspace: string;
    source: string;
    run: RecordedRun | null;
  }): Promise<(GalleryContent & { root: string; source: string }) | null> => {
    const scan = await readScan(asked.workspace, asked.source);
    if (!scan) return null;
    const { root, source } = scan;
    return { ...galleryContent(scan, await evaluatedIfReadable(asked.run)), root, source };
  },

  /** How well a run knows one class; null where the run is not evaluated. */
  explainClass: async (asked: { run: RecordedRun; className: string }): Promise<ExplainedClass | null> => {
    const own = await evaluated(asked.run);
    return own && explainClass(own.evaluation, asked.className);
  },
};

export type RecordRead = keyof typeof recordReads;
export type RecordParams<M extends RecordRead> = Parameters<(typeof recordReads)[M]>[0];
export type RecordResult<M extends RecordRead> = Awaited<ReturnType<(typeof recordReads)[M]>>;
